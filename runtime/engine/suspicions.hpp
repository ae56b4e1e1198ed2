// What is known of messages that are not here: their deliveries to a task were in hand when a
// process was lost, or went back to the source while they were suspect. By id; not without limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "runtime/engine/handover.hpp"

namespace tempest::engine {

class suspicions {
 public:
  // By task: how many attempts of its deliveries are used up.
  using by_task = std::map<task_id, std::uint32_t>;

  void add(std::string_view message_id, task_id task, std::uint32_t charged) {
    auto known = messages_.find(message_id);
    if (known == messages_.end()) {
      if (messages_.size() >= kept) return; // it has to show itself again
      known = messages_.emplace(std::string(message_id), by_task{}).first;
    }
    std::uint32_t& most = known->second[task];
    most = std::max(most, charged);
  }
  [[nodiscard]] bool any() const { return !messages_.empty(); }
  // nullptr: nothing.
  [[nodiscard]] const by_task* of(std::string_view message_id) const {
    const auto known = messages_.find(message_id);
    return known == messages_.end() ? nullptr : &known->second;
  }
  void forget(std::string_view message_id) {
    const auto known = messages_.find(message_id);
    if (known != messages_.end()) messages_.erase(known);
  }

 private:
  static constexpr std::size_t kept = 10'000;

  std::map<std::string, by_task, std::less<>> messages_;
};

} // namespace tempest::engine
