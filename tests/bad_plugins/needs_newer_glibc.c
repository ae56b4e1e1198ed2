/* As if built on a system of years to come. */
#include "plain_task.h"

int tempest_test_future(void);

PLAIN_TASK("futuristic");
static volatile int never; /* the compiler cannot know */
__attribute__((constructor)) static void use(void) {
  if (never) tempest_test_future();
}
PLAIN_LIBRARY(&plain_descriptor);
