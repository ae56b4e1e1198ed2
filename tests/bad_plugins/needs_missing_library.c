/* Linked against a library that is not there any more. */
#include "plain_task.h"

int tempest_test_gone(void);

PLAIN_TASK("lonely");
__attribute__((constructor)) static void use(void) {
  if (plain_descriptor.size == 0) tempest_test_gone();
}
PLAIN_LIBRARY(&plain_descriptor);
