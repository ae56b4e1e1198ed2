// The bell of a thread that waits for nothing else: a flag that stays up until it is looked at.
// Ringing costs a wake-up only when somebody sleeps, so a busy thread is never disturbed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "runtime/base/bell.hpp"

namespace tempest::base {

class doorbell final : public bell {
 public:
  void ring() override;
  bool wait(std::int64_t deadline_ns) override;

 private:
  [[nodiscard]] bool comes_soon();

  std::atomic<bool> rung_{false};
  std::atomic<bool> sleeping_{false};
  int looks_ = 1; // before it sleeps; the owner's
  std::mutex mutex_;
  std::condition_variable condition_;
};

} // namespace tempest::base
