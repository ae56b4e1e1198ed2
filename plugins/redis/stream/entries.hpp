// Finds the stream entries in replies.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "plugins/redis/reply.hpp"
#include "plugins/redis/stream_id.hpp"

namespace redis::stream {

// An entry inside a reply, by the index of its nodes.
struct entry {
  stream_id id;
  std::uint32_t id_node = 0;
  std::uint32_t first_field = 0; // name and value alternate
  std::uint32_t fields = 0;      // pairs
  std::uint32_t deliveries = 1;  // as the server counts: 1, and once more for each failure
  std::size_t bytes = 0;         // of names and values
};

// What a read yielded. `deleted`: ids that are pending though their entry was deleted or trimmed.
struct entries {
  std::vector<entry> found;
  std::vector<stream_id> deleted;

  void clear() {
    found.clear();
    deleted.clear();
  }
};

// An entry that waits for its acknowledgement, as XPENDING tells.
struct pending_entry {
  stream_id id;
  std::string_view holder;           // a consumer's name, inside the reply
  std::chrono::milliseconds idle{0}; // since somebody took or renewed it
  std::uint32_t deliveries = 1;
};

// All of these are pure and return false when the reply has another shape than expected.

// The reply of XREADGROUP for one stream; nil is no entry.
bool find_read(const reply& from, entries& into);
// The reply of XRANGE and XREVRANGE, or of the script `look_script`.
bool find_range(const reply& from, entries& into);
// The reply of XPENDING with a range.
bool find_pending(const reply& from, std::vector<pending_entry>& into);
// The reply of the script `idle_script`; `cursor` is where the next one goes on.
bool find_idle(const reply& from, std::vector<pending_entry>& into, stream_id& cursor);
// The reply of the scripts `hold_script` and `ack_script`: what is not this consumer's, sorted.
bool find_lost(const reply& from, std::vector<stream_id>& lost);
// The reply of the script `take_script`.
bool find_taken(const reply& from, entries& into);
// The lag of `group` in the reply of XINFO GROUPS, when the server knows it.
std::optional<std::int64_t> find_lag(const reply& from, std::string_view group);

} // namespace redis::stream
