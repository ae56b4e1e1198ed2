// A task whose handler stops at a gate until the test opens it.
#pragma once

#include <tempest/task.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace tempest::service {

struct gate {
  static void close() {
    const std::scoped_lock lock(mutex);
    is_open = false;
    arrived = 0;
    shutdowns = 0;
  }
  static void open() {
    const std::scoped_lock lock(mutex);
    is_open = true;
    changed.notify_all();
  }
  static void wait_for_arrival() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [] { return arrived > 0; });
  }
  static void pass() {
    std::unique_lock lock(mutex);
    ++arrived;
    changed.notify_all();
    changed.wait(lock, [] { return is_open; });
  }

  static inline std::mutex mutex;
  static inline std::condition_variable changed;
  static inline bool is_open = false;
  static inline int arrived = 0;
  static inline std::atomic<int> shutdowns{0};
};

struct gated {
  void handle(const message&, outbox&) { gate::pass(); }
  void shutdown() { ++gate::shutdowns; }
};

} // namespace tempest::service
