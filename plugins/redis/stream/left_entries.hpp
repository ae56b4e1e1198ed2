// Entries that are pending and that this process is not to touch again: those that failed for good
// here, which others may have, and those that the server does not let it move.
#pragma once

#include <set>

#include "plugins/redis/stream_id.hpp"

namespace redis::stream {

// Bounded: beyond that many the oldest are forgotten, and may come again. Not thread-safe.
class left_entries {
 public:
  static constexpr std::size_t most = 100'000;

  void add(const stream_id& id) {
    ids_.insert(id);
    if (ids_.size() > most) ids_.erase(ids_.begin());
  }
  [[nodiscard]] bool contains(const stream_id& id) const { return ids_.contains(id); }
  void clear() { ids_.clear(); }

 private:
  std::set<stream_id> ids_;
};

} // namespace redis::stream
