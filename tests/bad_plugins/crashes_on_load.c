/* Writes to nowhere as soon as it is loaded. */
#include "plain_task.h"

static int* volatile nowhere;

__attribute__((constructor)) static void crash(void) {
  *nowhere = 1;
}

PLAIN_TASK("crashes");
PLAIN_LIBRARY(&plain_descriptor);
