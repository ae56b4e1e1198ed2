// What every way out for metrics has in common: it is given everything, as it stands, now and then.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/clock.hpp"

namespace prometheus {
struct MetricFamily;
} // namespace prometheus

namespace tempest::metrics {

using families = std::vector<prometheus::MetricFamily>;

// How long a flush may wait for its backend.
class patience {
 public:
  // A flush begins, and has that long. [exporter's thread]
  void begins(std::int64_t limit_ns) { flush_ends_ns_ = base::steady_ns() + limit_ns; }
  // No flush may last beyond that time, from now on. [any thread]
  void ends_at(std::int64_t deadline_ns) { all_ends_ns_.store(deadline_ns); }

  // Whoever waits looks at it often: it may come sooner than it was. [exporter's thread]
  [[nodiscard]] std::int64_t until_ns() const {
    return std::min(flush_ends_ns_, all_ends_ns_.load());
  }
  [[nodiscard]] bool is_over() const { return base::steady_ns() >= until_ns(); }

 private:
  std::int64_t flush_ends_ns_ = 0;
  std::atomic<std::int64_t> all_ends_ns_{base::never_ns};
};

// How often whoever waits for a backend looks at its patience.
inline constexpr int look_at_patience_every_ms = 20;

// Throws base::failure(unavailable): a flush has not reached its backend.
[[noreturn]] void refuse(const std::string& why);

// One backend. All calls come from one thread, which no other waits for: it may block as long as
// its patience lasts, and no longer.
class exporter {
 public:
  virtual ~exporter() = default;

  // The backend, for people: "statsd at 127.0.0.1:8125".
  [[nodiscard]] virtual std::string where() const = 0;
  // Sends `now`, which was collected at `time_ms` of the calendar. Throws base::failure when it did
  // not reach its backend, as far as that can be told; it is called again for the next flush.
  virtual void flush(const families& now, std::int64_t time_ms, const patience& within) = 0;
  // After the last flush: sees to it that what was sent arrives. Throws as flush does.
  virtual void close(const patience& within) { (void)within; }
};

} // namespace tempest::metrics
