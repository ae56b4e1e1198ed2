// Calls what nobody provides: the author forgot to link it.
#include "plain_task.h"

namespace weather {
void forecast(int days);
}

PLAIN_TASK("undefined");
static volatile int never; // the compiler cannot know
__attribute__((constructor)) static void use() {
  if (never) weather::forecast(3);
}
extern "C" {
PLAIN_LIBRARY(&plain_descriptor);
}
