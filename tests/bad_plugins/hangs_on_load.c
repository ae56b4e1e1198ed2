/* Never comes back from loading, and closes what it could be watched by. */
#include <unistd.h>

#include "plain_task.h"

__attribute__((constructor)) static void hang(void) {
  for (int descriptor = 0; descriptor < 16; ++descriptor) close(descriptor);
  for (;;) pause();
}

PLAIN_TASK("hangs");
PLAIN_LIBRARY(&plain_descriptor);
