// Adds up what was ordered. Counts in memory, so it is right with one worker only.
#pragma once

#include <tempest/task.hpp>

#include <map>
#include <string>

#include "order.hpp"

namespace {{identifier}} {

class count_items {
 public:
  explicit count_items(tempest::context& context) : context_(context) {}

  void handle(const tempest::message& in, tempest::outbox&) {
    const std::string_view text = in.text();
    const unsigned long pieces = leading_number(text);
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) throw tempest::reject("no item: '" + std::string(text) + "'");
    pieces_[std::string(text.substr(space + 1))] += pieces;
  }

  // Once, after the last message.
  void shutdown() {
    for (const auto& [item, pieces] : pieces_) context_.info(std::to_string(pieces) + " " + item);
  }

 private:
  tempest::context& context_;
  std::map<std::string, unsigned long> pieces_;
};

inline auto count_items_task() {
  return tempest::task<count_items>("count_items", "Adds up what was ordered.").single();
}

} // namespace {{identifier}}
