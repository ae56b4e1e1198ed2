// How much of a task a session may be sent. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tempest::net {

class session_credit {
 public:
  // All that was ever granted; the last word counts, also when it is less.
  void grant(std::uint64_t messages, std::uint64_t bytes) {
    granted_messages_ = messages;
    granted_bytes_ = bytes;
  }
  void sent(std::uint64_t messages, std::uint64_t bytes) {
    sent_messages_ += messages;
    sent_bytes_ += bytes;
    in_hand_ += messages;
  }
  // Also what was never sent, by a peer that makes things up: it gains nothing by it.
  void reported(std::uint64_t messages) { in_hand_ -= std::min(in_hand_, messages); }

  // With nothing in hand one message may go whatever its bytes: a large one must not wait for ever.
  [[nodiscard]] std::size_t room() const {
    if (sent_messages_ >= granted_messages_) return 0;
    const std::uint64_t left = granted_messages_ - sent_messages_;
    if (byte_room() > 0) return left;
    return in_hand_ == 0 ? 1 : 0;
  }
  [[nodiscard]] std::uint64_t byte_room() const {
    return granted_bytes_ - std::min(granted_bytes_, sent_bytes_);
  }
  [[nodiscard]] std::size_t in_hand() const { return in_hand_; }

 private:
  std::uint64_t granted_messages_ = 0;
  std::uint64_t granted_bytes_ = 0;
  std::uint64_t sent_messages_ = 0;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t in_hand_ = 0;
};

} // namespace tempest::net
