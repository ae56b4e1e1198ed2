// What must happen at the server in one step, as Lua scripts. KEYS[1] is a list; what belongs to it
// is named after it:
//   LIST:consumers         hash: each consumer, and what it was last known to have done (its owner
//                          value); whoever is not in it, or has another value there, owns nothing
//   LIST:alive:NAME        the consumer's heartbeat; its time to live is the lease
//   LIST:processing:NAME   what the consumer has in hand, oldest first
//   LIST:marks:NAME        of each of these, in the same order, "NUMBER", "NUMBER FAILURES" or
//                          "NUMBER FAILURES LETTER": its number, how often it failed, and the id of
//                          the dead letter that it was
//   LIST:returned          hash: marks of what was given back, by the SHA-1 of the element, so that
//                          it has them again when it is read again
//   LIST:count             the last number that was given
// What a consumer does changes its owner value in the same step, and is not done when the value is
// another than expected: so nothing is done twice, or by who was given up.
//
// They run when memory is full, too: what is taken out of the list has to be put somewhere, and
// what is acknowledged makes room.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace redis::list {

// How much one step moves at most: the server does nothing else meanwhile.
inline constexpr std::size_t step_elements = 1000;
inline constexpr std::size_t step_bytes = std::size_t{4} << 20;

// Begins each of them. ARGV[1] is the consumer's name, or "" for nobody.
inline constexpr std::string_view prelude = R"lua(#!lua flags=allow-oom
local call = redis.call
local key, name = KEYS[1], ARGV[1]
local held, marks = key .. ':processing:' .. name, key .. ':marks:' .. name
local alive, consumers = key .. ':alive:' .. name, key .. ':consumers'
local returned = key .. ':returned'
-- Whether all is as this consumer left it.
local function is_owner(value, length)
  local owner = call('HGET', consumers, name)
  -- Somebody has deleted what it is found by, should it end before it looks again.
  if not owner and call('EXISTS', held) == 1 then call('HSET', consumers, name, '-') end
  return owner == value and call('LLEN', held) == length and call('LLEN', marks) == length
end
-- Whether each in hand has its mark. If not, somebody else has changed one of the two, and nobody
-- knows which mark is whose: all go.
local function are_paired()
  if call('LLEN', marks) == call('LLEN', held) then return true end
  call('DEL', marks)
  return false
end
-- Keeps the mark of what goes back to the list. Twins are rare: those beyond hundreds get new ones.
local function remember(element, mark)
  local hash = redis.sha1hex(element)
  local known = call('HGET', returned, hash)
  if not known then
    call('HSET', returned, hash, mark)
  elseif #known < 4096 then
    call('HSET', returned, hash, mark .. ',' .. known)
  end
end
-- Moves the newest in hand back to the end from which the list is read, one after the other.
local function give_back(from, most, bytes)
  local moved = 0
  are_paired()
  while moved < most and bytes > 0 do
    local element = call('LMOVE', held, key, 'RIGHT', from)
    if not element then break end
    local mark = call('RPOP', marks)
    if mark then remember(element, mark) end
    moved, bytes = moved + 1, bytes - #element
  end
  return moved
end
-- Gives so many numbers, and returns the last one. A counter that was deleted goes on by the clock,
-- in microseconds: behind all that it ever gave.
local function count_up(by)
  local counter = key .. ':count'
  if call('EXISTS', counter) == 0 and call('EXISTS', consumers) == 1 then
    local time = call('TIME')
    call('SET', counter, string.format('%d%06d', time[1], time[2]))
  end
  return call('INCRBY', counter, by)
end
-- Takes elements out of what is in hand, by the places in ARGV from `first` on. `tomb` is like no
-- element.
local function take_out(first, tomb)
  for i = first, #ARGV do
    call('LSET', held, ARGV[i], tomb)
    call('LSET', marks, ARGV[i], tomb)
  end
  call('LREM', held, 0, tomb)
  call('LREM', marks, 0, tomb)
end
)lua";

// Becomes the list's consumer, or goes on as the one that it was. Owner values are
// TOKEN:FENCE:STEP. Arguments: name, token of this life, lease in ms, whether to take the name from
// whoever has it, new fence, step to begin with. Returns [0, ms that the other's heartbeat has
// left], [1, number in hand, step] when it goes on, else [2, number in hand, step]. A heartbeat
// that never ends is none.
inline constexpr std::string_view acquire_body = R"lua(
local left = call('PTTL', alive)
if left >= 0 and call('GET', alive) ~= ARGV[2] and ARGV[4] == '0' then return {0, left, 0} end
if call('EXISTS', consumers) == 0 then call('SET', key .. ':count', 0, 'NX') end
local owner = call('HGET', consumers, name)
local mine = owner and string.sub(owner, 1, #ARGV[2]) == ARGV[2]
local step = mine and string.match(owner, '%d+$') or ARGV[6]
call('SET', alive, ARGV[2], 'PX', ARGV[3])
call('HSET', consumers, name, ARGV[2] .. ':' .. ARGV[5] .. ':' .. step)
return {are_paired() and mine and 1 or 2, call('LLEN', held), tonumber(step)}
)lua";

// Lets the heart beat. Arguments: name, owner value, number in hand, token, lease in ms. Returns
// whether it is the owner.
inline constexpr std::string_view renew_body = R"lua(
if not is_owner(ARGV[2], tonumber(ARGV[3])) then return 0 end
call('SET', alive, ARGV[4], 'PX', ARGV[5])
return 1
)lua";

// Reads from several lists, the first first. KEYS: the lists. Arguments: name, end ("LEFT",
// "RIGHT"), most elements, most bytes (but one element at least), whether to keep what is read in
// hand, then for each list the owner value, the next one and the number in hand. Returns for each
// list nothing or [number of the first, elements, [index, mark, ...] of those that have one]; or
// the index, from 1, of a list that is another's.
inline constexpr std::string_view take_body = R"lua(
local from_left, keep = ARGV[2] == 'LEFT', ARGV[5] == '1'
local left, room, none = tonumber(ARGV[3]), tonumber(ARGV[4]), true
local function bind(i)
  key = KEYS[i]
  held, marks = key .. ':processing:' .. name, key .. ':marks:' .. name
  consumers, returned = key .. ':consumers', key .. ':returned'
end
local function read()
  local page, elements = {}, {}
  if left > 0 then
    page = from_left and call('LRANGE', key, 0, left - 1) or call('LRANGE', key, -left, -1)
  end
  for i = 1, #page do
    local element = page[from_left and i or #page + 1 - i]
    room = room - #element
    if room < 0 and not none then
      left = 0
      break
    end
    none, left = false, left - 1
    elements[i] = element
  end
  return elements
end
local function number(elements)
  local last = count_up(#elements)
  local first, numbers, known = last - #elements + 1, {}, {}
  for i = 1, #elements do numbers[i] = first + i - 1 end
  if call('EXISTS', returned) == 1 then
    for i = 1, #elements do
      local hash = redis.sha1hex(elements[i])
      local found = call('HGET', returned, hash)
      if found then
        local mark, rest = string.match(found, '^([^,]*),?(.*)$')
        numbers[i] = mark
        known[#known + 1] = i
        known[#known + 1] = mark
        if rest == '' then call('HDEL', returned, hash) else call('HSET', returned, hash, rest) end
      end
    end
  end
  return first, numbers, known
end
if keep then
  for i = 1, #KEYS do
    bind(i)
    if not is_owner(ARGV[3 * i + 3], tonumber(ARGV[3 * i + 5])) then return i end
  end
end
local taken = {}
for i = 1, #KEYS do
  bind(i)
  local elements = read()
  taken[i] = {}
  if #elements > 0 then
    local first, numbers, known = number(elements)
    if keep then
      call('HSET', consumers, name, ARGV[3 * i + 4])
      for at = 1, #elements, 4000 do
        local last = math.min(at + 3999, #elements)
        call('RPUSH', held, unpack(elements, at, last))
        call('RPUSH', marks, unpack(numbers, at, last))
      end
    end
    if from_left then
      call('LTRIM', key, #elements, -1)
    else
      call('LTRIM', key, 0, -1 - #elements)
    end
    if call('EXISTS', key) == 0 then call('DEL', returned) end
    taken[i] = {first, elements, known}
  end
end
return taken
)lua";

// Acknowledges. Arguments: name, owner value, the next one, number in hand, tombstone, how many of
// the oldest, then the places of more as they are without these. Returns whether it is the owner.
inline constexpr std::string_view ack_body = R"lua(
if not is_owner(ARGV[2], tonumber(ARGV[4])) then return 0 end
if ARGV[6] ~= '0' then
  call('LTRIM', held, ARGV[6], -1)
  call('LTRIM', marks, ARGV[6], -1)
end
if #ARGV > 6 then take_out(7, ARGV[5]) end
call('HSET', consumers, name, ARGV[3])
return 1
)lua";

// Gives back what is at these places. Arguments: name, owner value, the next one, number in hand,
// tombstone, end, places in their order. Returns whether it is the owner.
inline constexpr std::string_view release_body = R"lua(
if not is_owner(ARGV[2], tonumber(ARGV[4])) then return 0 end
for i = #ARGV, 7, -1 do
  local element = call('LINDEX', held, ARGV[i])
  remember(element, call('LINDEX', marks, ARGV[i]))
  call(ARGV[6] == 'LEFT' and 'LPUSH' or 'RPUSH', key, element)
end
if tonumber(ARGV[#ARGV]) == #ARGV - 7 then -- they are the oldest
  call('LTRIM', held, #ARGV - 6, -1)
  call('LTRIM', marks, #ARGV - 6, -1)
else
  take_out(7, ARGV[5])
end
call('HSET', consumers, name, ARGV[3])
return 1
)lua";

// Notes how often elements failed. Arguments: name, owner value, number in hand, then place and
// number of failures in turn. Returns whether it is the owner.
inline constexpr std::string_view count_body = R"lua(
if not is_owner(ARGV[2], tonumber(ARGV[3])) then return 0 end
for i = 4, #ARGV, 2 do
  local number, letter = string.match(call('LINDEX', marks, ARGV[i]), '^(%S+) ?%S*(.*)$')
  call('LSET', marks, ARGV[i], number .. ' ' .. ARGV[i + 1] .. letter)
end
return 1
)lua";

// Gives back the newest in hand: what a former life of this consumer held, or what it read without
// hearing of it. Arguments: name, owner value, end, most elements, most bytes, how many to keep.
// Returns how many are still too many, -1 when it is not the owner.
inline constexpr std::string_view give_back_body = R"lua(
if call('HGET', consumers, name) ~= ARGV[2] then return -1 end
local kept = tonumber(ARGV[6])
local many = call('LLEN', held) - kept
give_back(ARGV[3], math.min(many, tonumber(ARGV[4])), tonumber(ARGV[5]))
return call('LLEN', held) - kept
)lua";

// Gives back what consumers held whose hearts have stopped. Arguments: own name, end, most
// elements, most bytes. Returns [whether there may be more, how many others live, name, number,
// ...].
inline constexpr std::string_view sweep_body = R"lua(
local own, swept, left = name, {0, 0}, tonumber(ARGV[3])
for _, other in ipairs(call('HKEYS', consumers)) do
  if other == own then
    -- it lives
  elseif call('PTTL', key .. ':alive:' .. other) >= 0 then
    swept[2] = swept[2] + 1
  elseif left <= 0 then
    swept[1] = 1
  else
    name, held, marks = other, key .. ':processing:' .. other, key .. ':marks:' .. other
    call('HSET', consumers, other, '-')
    local moved = give_back(ARGV[2], left, tonumber(ARGV[4]))
    left = left - moved
    if call('EXISTS', held) == 0 then
      call('HDEL', consumers, other)
    else
      swept[1] = 1
    end
    if moved > 0 then
      swept[#swept + 1] = other
      swept[#swept + 1] = moved
    end
  end
end
return swept
)lua";

// Goes. What it still has in hand is for others at once. Arguments: name, owner value.
inline constexpr std::string_view leave_body = R"lua(
local owner = call('HGET', consumers, name)
if owner and owner ~= ARGV[2] then return 0 end
call('DEL', alive)
if call('EXISTS', held) == 0 then
  call('HDEL', consumers, name)
  call('DEL', marks)
else
  call('HSET', consumers, name, '-')
end
return 1
)lua";

// What the two scripts for stored elements share: where an element stands now, or nothing. Elements
// are named by the place that they had, counted from the oldest, which others may have moved since,
// and their SHA-1. What others took is nowhere, so how far is looked for it is bounded for all
// elements of a step together: the server does nothing else meanwhile.
inline constexpr std::string_view find_function = R"lua(
local near, far, looks = 16, 2000, 20000
local function find(list, oldest, place, hash)
  local function at(i)
    if i < 0 then return nil end
    local index = oldest == 'LEFT' and i or -1 - i
    local element = call('LINDEX', list, index)
    if element and redis.sha1hex(element) == hash then return index end
  end
  for apart = 0, far do
    if apart > near then
      if looks <= 0 then return nil end
      looks = looks - 2
    end
    local index = at(place - apart) or at(place + apart)
    if index then return index end
  end
end
local function place_of(index) return index < 0 and -1 - index or index end
)lua";

// Puts an element into the list, at its end, and perhaps takes one out of the list of a sink, which
// may lie in another database; when that is gone, nothing is done. Arguments: "", end, element, id
// of the dead letter that it was or "", then, to take one out: tombstone, source's database, sink's
// database, sink's list, its oldest end, place and SHA-1. Returns whether it was done. It is looked
// for nearby only: whoever moves many knows by how much, and looks again at what it did not get.
inline constexpr std::string_view put_back_body = R"lua(
local place
local function go_to(database)
  if ARGV[6] ~= ARGV[7] then call('SELECT', database) end
end
if #ARGV > 4 then
  go_to(ARGV[7])
  looks = 0
  place = find(ARGV[8], ARGV[9], tonumber(ARGV[10]), ARGV[11])
  if not place then return 0 end
  go_to(ARGV[6])
end
call(ARGV[2] == 'LEFT' and 'LPUSH' or 'RPUSH', key, ARGV[3])
if ARGV[4] ~= '' then
  remember(ARGV[3], string.format('%.0f', count_up(1)) .. ' 0 ' .. ARGV[4])
end
if place then
  go_to(ARGV[7])
  call('LSET', ARGV[8], place, ARGV[5])
  call('LREM', ARGV[8], 1, ARGV[5])
end
return 1
)lua";

// Where a stored element stands now. Arguments: "", oldest end, place, SHA-1. Returns its place, or
// -1.
inline constexpr std::string_view look_body = R"lua(
local index = find(key, ARGV[2], tonumber(ARGV[3]), ARGV[4])
return index and place_of(index) or -1
)lua";

// Takes stored elements out of the list. Arguments: "", its oldest end, tombstone, then place and
// SHA-1 in turn, the oldest first. Returns how many were there.
inline constexpr std::string_view erase_body = R"lua(
local count, moved = 0, 0
for i = 4, #ARGV, 2 do
  local place = tonumber(ARGV[i]) + moved
  local index = find(key, ARGV[2], place, ARGV[i + 1])
  if index then
    moved = moved + place_of(index) - place
    call('LSET', key, index, ARGV[3])
    count = count + 1
  else
    moved = moved - 1 -- it was before the rest
  end
end
if count > 0 then call('LREM', key, 0, ARGV[3]) end
return count
)lua";

// Whole scripts.
[[nodiscard]] inline std::string whole(std::string_view body) {
  return std::string(prelude) + std::string(body);
}
inline const std::string acquire_script = whole(acquire_body);
inline const std::string renew_script = whole(renew_body);
inline const std::string take_script = whole(take_body);
inline const std::string ack_script = whole(ack_body);
inline const std::string release_script = whole(release_body);
inline const std::string count_script = whole(count_body);
inline const std::string give_back_script = whole(give_back_body);
inline const std::string sweep_script = whole(sweep_body);
inline const std::string leave_script = whole(leave_body);
inline const std::string put_back_script =
    whole(std::string(find_function) + std::string(put_back_body));
inline const std::string look_script = whole(std::string(find_function) + std::string(look_body));
inline const std::string erase_script = whole(std::string(find_function) + std::string(erase_body));

} // namespace redis::list
