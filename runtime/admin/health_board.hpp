// Where one thread writes how its process is, and others read it. A check costs its writer a lock
// that nobody else holds for long, and memory only when something has changed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "runtime/admin/health.hpp"

namespace tempest::admin {

class health_board {
 public:
  using place = std::size_t;

  // A new check at the end, in trouble from the beginning: nothing is known of it.
  [[nodiscard]] place add(std::string name, std::string_view trouble, std::int64_t since_ns);

  // --- [writer's thread]
  void well(place of, std::string_view note = {});
  // `since_ns` counts when the check was well before; else it is as long in trouble as it was.
  void trouble(place of, std::string_view why, std::int64_t since_ns);
  // The writer is alive: its loop went round.
  void beat(std::int64_t now_ns) { beat_ns_.store(now_ns, std::memory_order_relaxed); }

  // --- [any thread]
  [[nodiscard]] health read() const;
  [[nodiscard]] check read(place of) const;
  [[nodiscard]] std::int64_t last_beat_ns() const {
    return beat_ns_.load(std::memory_order_relaxed);
  }

 private:
  mutable std::mutex mutex_;
  health now_;
  std::atomic<std::int64_t> beat_ns_{0};
};

} // namespace tempest::admin
