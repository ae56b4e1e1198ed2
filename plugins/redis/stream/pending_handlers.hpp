// What becomes of entries that are pending and that nobody renews, as the option
// `pending_handlers` says it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/redis/stream/entries.hpp"

namespace redis::stream {

enum class pending_action : std::uint8_t {
  claim,        // read it again
  ack,          // acknowledge it, unread; it stays in the stream
  gone,         // no handler's: acknowledge what was deleted or trimmed
  remove,       // acknowledge and delete it
  to_list,      // move it to the end of a list: a JSON object of its stream, id and fields
  to_stream,    // move it to another stream, its fields as they are
  to_sorted_set // as to_list, with the milliseconds of its id as score
};

// As options and metrics have it.
[[nodiscard]] const char* word(pending_action action);

// Applies to an entry that has been idle for so long, and was delivered so often.
struct pending_handler {
  pending_action action = pending_action::claim;
  std::string key; // where it is moved to
  std::chrono::milliseconds min_idle{0};
  std::uint32_t times_delivered = 0;

  [[nodiscard]] bool applies_to(const pending_entry& one) const {
    return one.idle >= min_idle && one.deliveries >= times_delivered;
  }
  [[nodiscard]] bool moves() const { return action >= pending_action::to_list; }
  // A text of it, which is made here and not by the server.
  [[nodiscard]] bool moves_text() const {
    return action == pending_action::to_list || action == pending_action::to_sorted_set;
  }
};

// The first that applies; nothing when none does. Pure.
[[nodiscard]] std::optional<std::size_t> first_that_applies(
    std::span<const pending_handler> handlers, const pending_entry& one);

// Whether the first that applies does something else than claim it. Pure.
[[nodiscard]] bool is_not_to_be_read(std::span<const pending_handler> handlers,
                                     const pending_entry& one);

// Reads a JSON array of {"action", "min_idle_time", "times_delivered"} and, with "move", "to" and
// "key". What no consumer has renewed for `lease` is nobody's: a shorter time is refused, and so is
// a move to `stream` itself. Throws std::invalid_argument with what is wrong. Pure.
[[nodiscard]] std::vector<pending_handler> parse_pending_handlers(std::string_view json,
                                                                  std::chrono::milliseconds lease,
                                                                  std::string_view stream);

// What a list or a sorted set gets of an entry:
// {"stream":"orders","id":"7-1","fields":[["name","value"],...]}. What is not UTF-8 is
// {"$base64":"..."}. The same for the same entry, and for no other: a sorted set makes one member
// of equal texts. Pure.
[[nodiscard]] std::string moved_text(std::string_view stream, const reply& from, const entry& what);

} // namespace redis::stream
