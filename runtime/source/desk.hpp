// What lies between the engine's thread and the source's thread: messages one way, settlements and
// room the other way, and what the broker said of settlements.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/base/doorbell.hpp"
#include "runtime/engine/handover.hpp"

namespace tempest::source {

// What came from the source since it was last looked at.
struct arrivals {
  std::vector<engine::incoming_batch> batches;
  std::vector<std::uint64_t> withdrawn;
  std::uint64_t read = 0;
  std::uint64_t read_bytes = 0; // of their payloads
  std::uint64_t acked = 0;      // confirmed
  std::uint64_t failed = 0;     // settled as failed, confirmed
  std::uint64_t returned = 0;   // given back, confirmed
  std::uint64_t gone = 0;       // the broker no longer knew them
  bool ended = false;           // never more, as of the last poll
  bool connected = false;       // has been reached once
  bool stopped = false;         // the source's thread is done
  std::string fatal;            // why the topology must end; empty = it need not
  bool unusable = false;        // the fatal reason is one of configuration
};

class desk {
 public:
  explicit desk(base::doorbell& engine_bell) : engine_bell_(engine_bell) {}

  // --- the engine's side
  // Moves what arrived into `into`, which must have been given back or be new.
  void collect(arrivals& into);
  // Gives batches back to be used again.
  void recycle(std::vector<engine::incoming_batch>& entered);
  // Queues settlements; `settled` comes back empty. Whether the source's thread should be woken.
  [[nodiscard]] bool settle(std::vector<engine::settlement>& settled);
  // What the source may read beyond what was collected. Whether its thread should be woken.
  [[nodiscard]] bool set_room(std::size_t messages, std::size_t bytes);
  // No more reading; settle what comes, end at the deadline or when told that nothing more comes.
  void begin_stop(std::int64_t deadline_ns);
  void finish_stop();

  // --- the source's side
  void publish(arrivals& made, engine::incoming_batch& batch);
  [[nodiscard]] engine::incoming_batch empty_batch();
  void take_settlements(std::vector<engine::settlement>& into);
  // What may be read now, given how much was read in all: counted in totals, so that messages on
  // their way to the engine are never counted twice.
  [[nodiscard]] std::size_t room_messages(std::uint64_t read) const {
    const std::uint64_t limit = message_limit_.load();
    return limit > read ? static_cast<std::size_t>(limit - read) : 0;
  }
  [[nodiscard]] std::size_t room_bytes(std::uint64_t read) const {
    const std::uint64_t limit = byte_limit_.load();
    return limit > read ? static_cast<std::size_t>(limit - read) : 0;
  }
  [[nodiscard]] bool stopping() const { return stopping_.load(); }
  [[nodiscard]] bool stop_finished() const { return finished_.load(); }
  [[nodiscard]] std::int64_t stop_deadline_ns() const { return stop_deadline_ns_.load(); }
  // Set while the source waits in poll for messages: then settlements must wake it.
  void set_waiting(bool waiting) { waiting_.store(waiting); }

 private:
  base::doorbell& engine_bell_;
  std::mutex mutex_;
  arrivals arrivals_;
  std::vector<engine::incoming_batch> spare_;
  std::vector<engine::settlement> settlements_;
  std::uint64_t collected_ = 0;       // engine's thread
  std::uint64_t collected_bytes_ = 0; // engine's thread
  bool had_room_ = false;             // engine's thread
  std::atomic<std::uint64_t> message_limit_{0};
  std::atomic<std::uint64_t> byte_limit_{0};
  std::atomic<std::int64_t> stop_deadline_ns_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> finished_{false};
  std::atomic<bool> waiting_{false};
};

} // namespace tempest::source
