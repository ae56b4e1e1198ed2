// How much the topologies that a process works for may send it for one of its tasks. What its
// workers can take is divided among them: nobody gets more than it can use while another could use
// it, everybody at least one message. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tempest::net {

// Divides `capacity` among demands, max-min fair: small demands are met, large ones share the rest
// equally, and what nobody demands is shared by all. At least 1 each, also beyond the capacity.
[[nodiscard]] std::vector<std::size_t> divide(std::size_t capacity,
                                              std::span<const std::size_t> demands);

class credit_plan {
 public:
  using session_id = std::uint64_t;

  // `bytes`: of messages that all sessions together may have under way.
  explicit credit_plan(std::uint64_t bytes) : bytes_(bytes) {}

  void join(session_id session);
  void leave(session_id session);
  // How many messages the workers can take, now.
  void capacity(std::size_t messages);
  // The workers take nothing more: everybody is told that what came was all.
  void close() { closed_ = true; }
  // The same for a while: all workers hang.
  void pause(bool on) { paused_ = on; }
  // Deliveries that came from a session, and their bytes.
  void received(session_id session, std::size_t messages, std::uint64_t bytes);
  // Those of them that went back, with whatever result.
  void finished(session_id session, std::size_t messages, std::uint64_t bytes);

  // Totals since the session began, as the wire tells them.
  using teller =
      std::function<void(session_id session, std::uint64_t messages, std::uint64_t bytes)>;
  // Calls `tell` for each session that should be told something else than before. Changes too small
  // to matter wait for others.
  void tell(std::int64_t now_ns, const teller& tell);

 private:
  struct share {
    session_id session = 0;
    std::uint64_t received = 0;
    std::uint64_t received_bytes = 0;
    std::uint64_t finished = 0;
    std::uint64_t finished_bytes = 0;
    std::uint64_t told = 0;
    std::uint64_t told_bytes = 0;
    std::size_t window = 0;
    std::size_t peak = 0;                     // most in hand in this period
    std::size_t last_peak = 0;                // and in the one before
    std::uint64_t received_before_period = 0; // and what had been received
    std::uint64_t last_received = 0;          // in the period before

    [[nodiscard]] std::size_t in_hand() const { return received - finished; }
    [[nodiscard]] std::size_t demand() const;
  };

  [[nodiscard]] share* find(session_id session);
  void end_period(std::int64_t now_ns);
  void plan();

  const std::uint64_t bytes_;
  std::size_t capacity_ = 0;
  std::vector<share> shares_;
  std::int64_t period_end_ns_ = 0;
  bool stale_ = false; // the windows must be planned again
  bool closed_ = false;
  bool paused_ = false;
};

} // namespace tempest::net
