// The line at the bottom of a terminal that says how a run goes. Rendering is pure.
#pragma once

#include <cstddef>
#include <string>

#include "cli/output/progress.hpp"
#include "runtime/service/run_report.hpp"

namespace tempest::cli {

// "read 120,000  in flight 80  acked 119,920  failed 0 | split 60,123/s  count 59,880/s", cut to
// `columns`. Rates are those between `before` and `now`.
[[nodiscard]] std::string status_text(const service::run_report& before,
                                      const service::run_report& now, std::size_t columns);

// Log lines replace it until the next update. One thread at a time.
class status_line {
 public:
  void update(const service::run_report& now);
  void clear() { line_.clear(); }

 private:
  service::run_report before_;
  progress line_;
};

} // namespace tempest::cli
