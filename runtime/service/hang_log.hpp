// Log lines that end with the stack of a thread that hangs. To find the names of a stack's
// functions, the debug information of every library is read, which can take seconds: that happens
// on a thread of its own, which ends with its last line.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/log.hpp"

namespace tempest::service {

// How these lines tell a time.
[[nodiscard]] inline double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

// The engine's thread.
class hang_log {
 public:
  using stack = std::vector<void*>;

  // `names` makes words of a stack: one at a time, on that thread, which may outlive this.
  explicit hang_log(std::function<std::string(const stack&)> names = {});
  ~hang_log();
  hang_log(const hang_log&) = delete;
  hang_log& operator=(const hang_log&) = delete;

  // Logs `text` as a warning. Asks `thread`, which was not joined, at once where it is, and writes
  // the line when that has names; without them when it does not answer within 100 ms, or too many
  // lines wait already. After a thread that did not answer none is asked for a second.
  void warn(pthread_t thread, std::string text, const base::log_context& about);
  // The same, of a stack that is known.
  void warn(stack where, std::string text, const base::log_context& about);
  // Writes what waits for its names without them. Waits for nothing.
  void finish();

 private:
  struct line;
  struct shared;
  static void work(const std::shared_ptr<shared>& with);

  std::shared_ptr<shared> shared_;
  std::int64_t ask_again_ns_ = 0;
};

} // namespace tempest::service
