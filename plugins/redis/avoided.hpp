// What is pending still at the server, and not to be taken again by this process: others may have
// it.
#pragma once

#include <cstddef>
#include <set>

namespace redis {

// Bounded: beyond that many the lowest are forgotten (of numbers, the oldest), and may come again.
// `Name` is what the server calls it. Not thread-safe.
template <typename Name>
class avoided {
 public:
  static constexpr std::size_t most = 100'000;

  void add(const Name& name) {
    names_.insert(name);
    if (names_.size() > most) names_.erase(names_.begin());
  }
  [[nodiscard]] bool contains(const Name& name) const { return names_.contains(name); }
  void clear() { names_.clear(); }

 private:
  std::set<Name> names_;
};

} // namespace redis
