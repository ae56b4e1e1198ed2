// What is known of messages that are not here: their deliveries to a task were in hand when a
// process was lost, or went back to the source while they were suspect. By their ids' hashes, of
// which two that are equal cost a little time; not without limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include "runtime/engine/handover.hpp"

namespace tempest::engine {

class suspicions {
 public:
  // By task: how many attempts of its deliveries are used up.
  using by_task = std::map<task_id, std::uint32_t>;

  void add(std::uint64_t message, task_id task, std::uint32_t charged) {
    if (messages_.size() >= kept && !messages_.contains(message)) return; // it shows itself again
    ++version_;
    std::uint32_t& most = messages_[message][task];
    most = std::max(most, charged);
  }
  [[nodiscard]] bool any() const { return !messages_.empty(); }
  // nullptr: nothing.
  [[nodiscard]] const by_task* of(std::uint64_t message) const {
    const auto known = messages_.find(message);
    return known == messages_.end() ? nullptr : &known->second;
  }
  void forget(std::uint64_t message) { version_ += messages_.erase(message); }

  // Changes with each change.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] const std::map<std::uint64_t, by_task>& all() const { return messages_; }

 private:
  static constexpr std::size_t kept = 10'000;

  std::map<std::uint64_t, by_task> messages_;
  std::uint64_t version_ = 0;
};

// A message has ended of which something was known that is forgotten with that: should this process
// end before the source knows, and the message come again, it is of use still.
struct ended_suspect {
  std::uint64_t token = 0;
  std::uint64_t message = 0; // the hash of its id
  suspicions::by_task known;
};

} // namespace tempest::engine
