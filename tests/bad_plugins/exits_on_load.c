/* Ends the process, politely, and shouts before. */
#include <stdio.h>
#include <stdlib.h>

#include "plain_task.h"

__attribute__((constructor)) static void leave(void) {
  fputs("licence has expired\n", stderr);
  exit(3);
}

PLAIN_TASK("exits");
PLAIN_LIBRARY(&plain_descriptor);
