#include "runtime/metrics/exporters/exporter.hpp"

#include "runtime/base/error.hpp"

namespace tempest::metrics {

void refuse(const std::string& why) {
  throw base::failure(base::exit_code::unavailable, why);
}

} // namespace tempest::metrics
