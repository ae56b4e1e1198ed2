/* Of a major version that is yet to come: it must not even be loaded. */
#include <stdlib.h>

__attribute__((constructor)) static void loaded(void) {
  abort();
}

__attribute__((visibility("default"))) const void* tempest_plugin_abi2(void);
const void* tempest_plugin_abi2(void) {
  return NULL;
}
