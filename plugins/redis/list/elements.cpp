#include "plugins/redis/list/elements.hpp"

#include <charconv>

namespace redis::list {

namespace {

template <typename Number>
bool take_number(std::string_view& from, Number& into) {
  const char* const end = from.data() + from.size();
  const auto [at, error] = std::from_chars(from.data(), end, into);
  if (error != std::errc{} || (at != end && *at != ' ')) return false;
  from.remove_prefix(static_cast<std::size_t>(at - from.data()));
  if (!from.empty()) from.remove_prefix(1);
  return true;
}

// One list's part: [] or [number of the first, elements, [index, mark, ...]]. Returns the index
// behind it, or 0.
std::size_t find_list(const reply& from, std::size_t at, std::uint32_t list,
                      std::vector<element>& into) {
  const auto is = [&](std::size_t index, reply_type type) {
    return index < from.size() && from.at(index).type == type;
  };
  if (!is(at, reply_type::array)) return 0;
  if (from.at(at).elements == 0) return at + 1;
  if (from.at(at).elements != 3 || !is(at + 1, reply_type::integer)) return 0;
  const auto first = static_cast<std::uint64_t>(from.at(at + 1).integer);
  at += 2;
  if (!is(at, reply_type::array) || from.at(at).elements >= from.size() - at) return 0;
  const std::uint32_t count = from.at(at).elements;
  const std::size_t begin = into.size();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!is(++at, reply_type::string)) return 0;
    into.push_back({list, from.text(from.at(at)), {first + i, 0, {}}});
  }
  if (!is(++at, reply_type::array)) return 0;
  const std::uint32_t texts = from.at(at).elements;
  for (std::uint32_t i = 0; i + 1 < texts; i += 2) {
    if (!is(at + 1, reply_type::integer) || !is(at + 2, reply_type::string)) return 0;
    const std::int64_t index = from.at(at + 1).integer;
    const std::optional<mark> known = parse_mark(from.text(from.at(at + 2)));
    if (index < 1 || index > count) return 0;
    at += 2;
    if (!known) continue; // somebody wrote it who is no consumer
    into[begin + static_cast<std::size_t>(index) - 1].known = *known;
  }
  return at + 1;
}

} // namespace

std::optional<mark> parse_mark(std::string_view text) {
  mark made;
  if (!take_number(text, made.number)) return std::nullopt;
  if (!text.empty() && !take_number(text, made.failures)) return std::nullopt;
  made.letter = text;
  return made;
}

bool find_taken(const reply& from, std::vector<element>& into) {
  into.clear();
  if (from.empty() || from.root().type != reply_type::array) return false;
  std::size_t at = 1;
  for (std::uint32_t list = 0; list < from.root().elements; ++list) {
    at = find_list(from, at, list, into);
    if (at == 0) return false;
  }
  return at == from.size();
}

} // namespace redis::list
