// Waiting for a file or socket, as long as patience lasts.
#pragma once

#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

// Whether `descriptor` is ready for `events` (those of poll()), or broken, before patience is over.
// Throws base::failure when it cannot be waited for.
[[nodiscard]] bool wait_for(int descriptor, short events, const patience& within);

} // namespace tempest::metrics
