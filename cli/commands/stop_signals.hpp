// SIGINT and SIGTERM as a request to stop, while this lives.
#pragma once

#include <csignal>

#include "runtime/service/run_options.hpp"

namespace tempest::cli {

// At most one at a time. The first signal drains, the second reports at once. Whoever would report
// may itself be held up, say by a standard error that nobody reads: the third ends the process as
// it is, with exit code 75.
class stop_signals {
 public:
  stop_signals();
  ~stop_signals();
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;
  [[nodiscard]] service::stop_request& request();

 private:
  struct sigaction before_int_ {};
  struct sigaction before_term_ {};
};

} // namespace tempest::cli
