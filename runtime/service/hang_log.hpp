// Log lines about a thread that hangs, each followed by one with its stack. To find the names of a
// stack's functions can take seconds: a thread of its own waits for them, which ends with its last
// line.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/log.hpp"
#include "runtime/base/stack_names.hpp"

namespace tempest::service {

// How these lines tell a time.
[[nodiscard]] inline double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

// The engine's thread.
class hang_log {
 public:
  using name_finder = std::function<std::vector<std::string>(const std::vector<base::stack>&)>;

  // `names` makes words of all stacks that wait: one call at a time, on that thread, which may
  // outlive this. By default the installation's tempest-stack-names does.
  explicit hang_log(name_finder names = {});
  ~hang_log();
  hang_log(const hang_log&) = delete;
  hang_log& operator=(const hang_log&) = delete;

  // Logs `text` as a warning. Asks `thread`, which was not joined, at once where it is, and writes
  // another line when that has names; none when it does not answer within 100 ms, or too many wait
  // already. After a thread that did not answer none is asked for a second.
  void warn(pthread_t thread, std::string text, const base::log_context& about);
  // The same, of a stack that is known.
  void warn(base::stack where, std::string text, const base::log_context& about);
  // Nothing more is written of what waits for its names. Waits for nothing.
  void finish();

 private:
  struct line;
  struct shared;
  static void work(const std::shared_ptr<shared>& with);

  std::shared_ptr<shared> shared_;
  std::int64_t ask_again_ns_ = 0;
};

} // namespace tempest::service
