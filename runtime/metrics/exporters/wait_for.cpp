#include "runtime/metrics/exporters/wait_for.hpp"

#include <poll.h>

#include <cerrno>
#include <system_error>

namespace tempest::metrics {
bool wait_for(int descriptor, short events, const patience& within) {
  for (;;) {
    pollfd one{descriptor, events, 0};
    const int ready = ::poll(&one, 1, look_at_patience_every_ms);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) refuse(std::generic_category().message(errno));
    if (within.is_over()) return false;
  }
}

} // namespace tempest::metrics
