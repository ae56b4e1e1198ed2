// What must happen at the server in one step, as Lua scripts. Unless it is said, the first argument
// is the group, the second the consumer, and the key is KEYS[1].
#pragma once

#include <string>
#include <string_view>

namespace redis::stream {

// Which of the arguments from the `from`th on, ids in ascending order, are pending with this
// consumer. Pages of what is pending with it cost a fraction of a look at each id; beside much that
// is not asked for the pages become smaller, so that this never takes long.
inline constexpr std::string_view own_function = R"lua(
local function own(from)
  local mine, at, size = {}, from, #ARGV - from + 1
  while at <= #ARGV do
    local page = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[at], ARGV[#ARGV], size, ARGV[2])
    for _, row in ipairs(page) do mine[row[1]] = true end
    if #page < size then break end
    repeat at = at + 1 until at > #ARGV or not mine[ARGV[at]]
    size = math.max(1, math.floor(size / 2))
  end
  return mine
end
)lua";

// Sets how long entries have been idle, without counting a delivery, and only where they are still
// this consumer's. Arguments: group, consumer, idle time in ms, ids, ascending. Returns the ids
// that are another's now, or were acknowledged by another. An entry that was deleted meanwhile is
// neither: nobody else can get it.
inline const std::string hold_script = std::string(own_function) + R"lua(
local owned, mine, lost = own(4), {}, {}
for i = 4, #ARGV do
  local id = ARGV[i]
  if owned[id] then
    mine[#mine + 1] = id
  elseif #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1) > 0 or
         #redis.call('XRANGE', KEYS[1], id, id) > 0 then
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

// Acknowledges what is still this consumer's. Arguments: group, consumer, ids, ascending. Returns
// the ids that are not.
inline const std::string ack_script = std::string(own_function) + R"lua(
local owned, mine, lost = own(3), {}, {}
for i = 3, #ARGV do
  local to = owned[ARGV[i]] and mine or lost
  to[#to + 1] = ARGV[i]
end
if #mine > 0 then redis.call('XACK', KEYS[1], ARGV[1], unpack(mine)) end
return lost
)lua";

// What of a page of pending entries, whoever's, has been idle for so long. Arguments: group, start
// of the range, entries to look at, idle time in ms. Returns where to go on (0-0: nowhere) and the
// rows of XPENDING. A page, since a server does nothing else meanwhile.
inline constexpr std::string_view idle_script = R"lua(
local page = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], '+', ARGV[3])
local idle, least = {}, tonumber(ARGV[4])
for _, one in ipairs(page) do
  if one[3] >= least then idle[#idle + 1] = one end
end
local on = '0-0'
if #page == tonumber(ARGV[3]) then on = page[#page][1] end
return {on, idle}
)lua";

// Takes pending entries that are this consumer's, or have been idle for so long, and begins their
// lease; their counters stay. Arguments: group, consumer, idle time in ms, ids. Returns the
// entries, without fields those that were deleted, and [id, counter] of each.
inline constexpr std::string_view take_script = R"lua(
local entries, counts, least = {}, {}, tonumber(ARGV[3])
for i = 4, #ARGV do
  local id = ARGV[i]
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if held and (held[2] == ARGV[2] or held[3] >= least) then
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
    if entry then
      redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'RETRYCOUNT', held[4], 'JUSTID')
    end
    entries[#entries + 1] = entry or {id, false}
    counts[#counts + 1] = {id, held[4]}
  end
end
return {entries, counts}
)lua";

// The entries of the first of these ids, in the shape of XRANGE; without fields those that were
// deleted. Arguments: most bytes (but one entry at least), ids.
inline constexpr std::string_view look_script = R"lua(
local entries, room = {}, tonumber(ARGV[1])
for i = 2, #ARGV do
  local entry = redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i])[1]
  for _, text in ipairs(entry and entry[2] or {}) do room = room - #text end
  if room < 0 and i > 2 then break end
  entries[i - 1] = entry or {ARGV[i], false}
end
return entries
)lua";

// Acknowledges pending entries that are nobody's any more, and perhaps deletes them and puts them
// under KEYS[2] first. Arguments: group, least idle time in ms, least deliveries, what to do
// ("ack", "delete", "list", "stream", "sorted_set"), most bytes to put under another stream (but
// one entry at least), then ids; for "list" and "sorted_set" each with what to put there, nothing
// when it was deleted. Returns for how many that was done, how many were only acknowledged, since
// they are not in the stream any more, how many had more fields than a command can be given here,
// and how many of the last ones are left for the bytes' sake.
inline constexpr std::string_view handle_script = R"lua(
local action, done, gone, large, left, step = ARGV[4], 0, 0, 0, 0, 1
local room = tonumber(ARGV[5])
-- A user without one of these rights is stopped before anything is put elsewhere.
if action ~= 'ack' then redis.call('XDEL', KEYS[1], '0-0') end
redis.call('XACK', KEYS[1], ARGV[1], '0-0')
if action == 'list' or action == 'sorted_set' then step = 2 end
for i = 6, #ARGV, step do
  if room < 0 then
    left = #ARGV - i + 1
    break
  end
  local id, goes, is_there = ARGV[i], true, true
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if held and held[3] >= tonumber(ARGV[2]) and held[4] >= tonumber(ARGV[3]) then
    if step == 2 then
      is_there = ARGV[i + 1] ~= ''
      if not is_there then
        -- Nothing to put anywhere.
      elseif action == 'list' then
        redis.call('RPUSH', KEYS[2], ARGV[i + 1])
      else
        redis.call('ZADD', KEYS[2], string.match(id, '^%d+'), ARGV[i + 1])
      end
    elseif action == 'stream' then
      local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
      is_there = entry ~= nil
      if entry and #entry[2] > 7000 then
        goes, large = false, large + 1
      elseif entry then
        redis.call('XADD', KEYS[2], '*', unpack(entry[2]))
        for _, text in ipairs(entry[2]) do room = room - #text end
      end
    end
    if goes then
      if action ~= 'ack' then
        local deleted = redis.call('XDEL', KEYS[1], id)
        if action == 'delete' then is_there = deleted == 1 end
      end
      redis.call('XACK', KEYS[1], ARGV[1], id)
      if is_there then done = done + 1 else gone = gone + 1 end
    end
  end
end
return {done, gone, large, left}
)lua";

// Sets the counters of entries that are still this consumer's, and nothing else of them. Arguments:
// group, consumer, then id and counter in turn.
inline constexpr std::string_view count_script = R"lua(
for i = 3, #ARGV, 2 do
  local held = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if held and held[2] == ARGV[2] then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'IDLE', held[3],
               'RETRYCOUNT', ARGV[i + 1], 'JUSTID')
  end
end
return 0
)lua";

// Deletes the consumer unless entries are pending with it. Arguments: group, consumer.
inline constexpr std::string_view leave_script = R"lua(
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) == 0 then
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
return 0
)lua";

// Deletes consumers that nobody will come back as: of those whose names begin so, each that nothing
// was heard of for so long and nothing is pending with. Should one come back, its next read makes
// it again. Arguments: group, beginning of names, ms. Returns how many.
inline constexpr std::string_view sweep_script = R"lua(
local swept = 0
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local one = {}
  for i = 1, #row, 2 do one[row[i]] = row[i + 1] end
  local ours = string.sub(one.name, 1, #ARGV[2]) == ARGV[2]
  if ours and one.pending == 0 and one.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one.name)
    swept = swept + 1
  end
end
return swept
)lua";

// Moves an entry from the stream of a sink to that of a source, in another shape, unless it is
// gone; the streams may lie in two databases. The keys are the source's and the sink's; arguments:
// the source's database, the sink's, the entry's id, then names and values in turn. Returns whether
// it was there. MULTI would not do: a server goes on with the XDEL when the XADD before it has
// failed.
inline constexpr std::string_view move_script = R"lua(
local apart = ARGV[1] ~= ARGV[2]
if apart then redis.call('SELECT', ARGV[2]) end
if #redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3]) == 0 then return 0 end
if apart then redis.call('SELECT', ARGV[1]) end
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 4))
if apart then redis.call('SELECT', ARGV[2]) end
redis.call('XDEL', KEYS[2], ARGV[3])
return 1
)lua";

} // namespace redis::stream
