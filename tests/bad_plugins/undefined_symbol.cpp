// Calls what nobody provides: the author forgot to link it.
#include "plain_task.h"

namespace weather {
void forecast(int days);
}

PLAIN_TASK("undefined");
__attribute__((constructor)) static void use() {
  if (plain_descriptor.size == 0) weather::forecast(3);
}
extern "C" {
PLAIN_LIBRARY(&plain_descriptor);
}
