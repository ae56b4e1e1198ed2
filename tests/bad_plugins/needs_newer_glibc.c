/* As if built on a system of years to come. */
#include "plain_task.h"

int tempest_test_future(void);

PLAIN_TASK("futuristic");
__attribute__((constructor)) static void use(void) {
  if (plain_descriptor.size == 0) tempest_test_future();
}
PLAIN_LIBRARY(&plain_descriptor);
