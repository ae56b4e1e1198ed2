// The consumers of one source: one for each stream that it reads, with connections of its own, all
// driven by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plugins/redis/stream/consumer.hpp"

namespace redis::stream {

// One thread, but for interrupt().
class consumers {
 public:
  // One for each of these; tag_of() a token is its place among them.
  consumers(std::vector<consumer_settings> settings, listener& to);

  // Connects those that are not. Throws `unavailable`, or `interrupted`.
  void connect();
  // Sends what is due, then hands over entries, waiting for the first until the deadline. With 0
  // messages it only sends and returns once that is answered. Each stream has an equal share of the
  // room, and they take turns at being first. Returns early once a part of a long answer is here.
  // Throws `unavailable`: then connect again.
  void poll(const poll_limits& limits);
  // Drops the connections, as after `unavailable`. What is in hand stays in hand.
  void hang_up();
  // As of consumer.
  void failed(std::span<const token> which, std::span<const std::uint32_t> failures);
  void settle(std::span<const token> which, std::span<const std::uint8_t> outcomes);
  void renew_soon();
  // Ends a poll or connect within a moment, or the next one. [any thread]
  void interrupt() noexcept { wake_.raise(); }
  void close(steady::time_point deadline);

  [[nodiscard]] bool connected() const;
  // Whether a part of an answer is here: it may hold entries.
  [[nodiscard]] bool more_comes() const;
  // How many entries wait behind the group, as last heard; -1 = unknown. Asks anew once a second.
  [[nodiscard]] std::int64_t depth();
  [[nodiscard]] std::size_t in_hand() const;

 private:
  [[nodiscard]] bool hand_over(const poll_limits& limits);
  [[nodiscard]] bool settled_all() const;
  bool wait(steady::time_point until, const poll_limits& share);

  wakeup wake_;
  std::vector<std::unique_ptr<consumer>> all_;
  std::size_t turn_ = 0;
  std::vector<waiting> waits_; // scratch
};

} // namespace redis::stream
