/* Linked against a library that is not there any more. */
#include "plain_task.h"

int tempest_test_gone(void);

PLAIN_TASK("lonely");
static volatile int never; /* the compiler cannot know */
__attribute__((constructor)) static void use(void) {
  if (never) tempest_test_gone();
}
PLAIN_LIBRARY(&plain_descriptor);
