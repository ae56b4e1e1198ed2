// Reads the elements of a Redis list in pages, oldest first, and takes some out.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "plugins/redis/list/element_name.hpp"
#include "plugins/redis/list/end.hpp"
#include "plugins/redis/on_demand_link.hpp"
#include "plugins/redis/page_size.hpp"

namespace redis::list {

// One thread. Connects when it is first used; what fails throws `unavailable`, and the next call
// connects again.
class list_store {
 public:
  // `newest`: the end at which elements come in.
  list_store(endpoint server, std::string key, end newest, std::chrono::milliseconds timeout);

  std::uint64_t length();
  // Elements from `place` on, counted from the oldest: up to so many and about so much, one at
  // least when there is one, and then one more, if there is one, for its name. Valid until the next
  // call.
  void read(std::uint64_t place, std::uint64_t most, std::size_t bytes);
  // How many were read, without the one more.
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] bool has_next() const { return link_.answer().root().elements > count_; }
  [[nodiscard]] std::string_view at(std::size_t index) const; // oldest first, has_next() included
  // Where the element is now that was at that place: it moves towards the oldest when some of those
  // are taken out. The place itself when it is not found.
  std::uint64_t find(const element_name& name);
  // Takes these out; how many were there. Throws std::invalid_argument for what is no name.
  std::size_t erase(std::span<const std::string_view> names);
  void close() { link_.close(); }

 private:
  const std::string key_;
  const end newest_;
  const std::string tombstone_;
  on_demand_link link_;
  page_size page_;
  std::size_t count_ = 0;
};

} // namespace redis::list
