// What must happen at the server in one step, as Lua scripts. The first argument is always the
// group, the second the consumer; the key is KEYS[1].
#pragma once

#include <string_view>

namespace redis_stream {

// Sets how long entries have been idle, without counting a delivery, and only where they are still
// this consumer's. Arguments: group, consumer, idle time in ms, ids. Returns the ids that are
// another's now, or were acknowledged by another. An entry that was deleted meanwhile is neither:
// nobody else can get it.
inline constexpr std::string_view hold_script = R"lua(
local mine, lost = {}, {}
for i = 4, #ARGV do
  local id = ARGV[i]
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if held and held[2] == ARGV[2] then
    mine[#mine + 1] = id
  elseif held or #redis.call('XRANGE', KEYS[1], id, id) > 0 then
    lost[#lost + 1] = id
  end
end
if #mine > 0 then
  mine[#mine + 1] = 'IDLE'
  mine[#mine + 1] = ARGV[3]
  mine[#mine + 1] = 'JUSTID'
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(mine))
end
return lost
)lua";

// Claims entries whose lease ran out. Arguments: group, consumer, lease in ms, cursor, count.
// Returns the next cursor, the entries, and [id, deliveries] of each.
inline constexpr std::string_view claim_script = R"lua(
local claimed = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4],
                           'COUNT', ARGV[5])
local counts = {}
for _, entry in ipairs(claimed[2]) do
  if entry then
    local held = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)[1]
    if held then counts[#counts + 1] = {held[1], held[4]} end
  end
end
return {claimed[1], claimed[2], counts}
)lua";

// Deletes the consumer unless entries are pending with it. Arguments: group, consumer.
inline constexpr std::string_view leave_script = R"lua(
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) == 0 then
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
return 0
)lua";

} // namespace redis_stream
