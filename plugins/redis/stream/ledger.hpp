// Which stream entries are in hand, and under which token.
#pragma once

#include "plugins/redis/ledger.hpp"
#include "plugins/redis/stream_id.hpp"

namespace redis::stream {

using holding_slot = redis::holding_slot<stream_id>;
using ledger = basic_ledger<stream_id>;

} // namespace redis::stream
