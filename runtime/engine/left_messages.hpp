// Which messages were left to their source as failed, and have not been handed over again and come
// to a good end since. By hashes of their ids, and not without limit: a source that only ever fails
// must not fill the memory.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace tempest::engine {

class left_messages {
 public:
  void left(std::string_view id) {
    if (ids_.size() < kept) {
      ids_.insert(hash(id));
    } else {
      more_ = true;
    }
  }
  void made_good(std::string_view id) { ids_.erase(hash(id)); }
  [[nodiscard]] bool any() const { return more_ || !ids_.empty(); }

 private:
  static constexpr std::size_t kept = 10'000;
  static std::size_t hash(std::string_view id) { return std::hash<std::string_view>{}(id); }

  std::unordered_set<std::size_t> ids_;
  bool more_ = false; // than are kept: they stay failed
};

} // namespace tempest::engine
