// Which function of a plugin a thread is in, and for how long: for others to see that it hangs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>

#include "runtime/base/clock.hpp"

namespace tempest::base {

struct plugin_call {
  const char* function = ""; // static text
  std::int64_t since_ns = 0; // when it began, or should have come back
};

// One thread makes calls, any other looks.
class plugin_calls {
 public:
  // That thread is in a call while it lives. `due_ns`: until then it may take its time.
  class scope {
   public:
    scope(plugin_calls& of, const char* function, std::int64_t due_ns = 0) : of_(of) {
      of_.set(plugin_call{function, std::max(due_ns, steady_ns())});
    }
    ~scope() { of_.set(std::nullopt); }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    plugin_calls& of_;
  };

  // Nothing when it is in none.
  [[nodiscard]] std::optional<plugin_call> now() const {
    const std::scoped_lock lock(mutex_);
    return now_;
  }

 private:
  void set(std::optional<plugin_call> call) {
    const std::scoped_lock lock(mutex_);
    now_ = call;
  }

  mutable std::mutex mutex_;
  std::optional<plugin_call> now_;
};

} // namespace tempest::base
