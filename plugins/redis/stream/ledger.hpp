// Which stream entries are in hand, and under which token.
#pragma once

#include "plugins/redis/boot_clock.hpp"
#include "plugins/redis/ledger.hpp"
#include "plugins/redis/stream_id.hpp"

namespace redis::stream {

struct holding_slot : redis::holding_slot<stream_id> {
  boot_clock::time_point held_since; // its lease began then, or later
};
// Nothing is decided of it yet, so it has to stay this consumer's.
inline bool is_kept(const holding_slot& one) {
  return one.state == holding::read || one.state == holding::open;
}

using ledger = basic_ledger<stream_id, holding_slot>;

} // namespace redis::stream
