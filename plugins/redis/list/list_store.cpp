#include "plugins/redis/list/list_store.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/scripts.hpp"
#include "plugins/redis/list/tombstone.hpp"

namespace redis::list {

namespace {

constexpr std::size_t names_at_once = 500; // of one script

} // namespace

list_store::list_store(endpoint server, std::string key, end newest,
                       std::chrono::milliseconds timeout)
    : key_(std::move(key)),
      newest_(newest),
      tombstone_(make_tombstone()),
      link_(std::move(server), timeout),
      page_(std::numeric_limits<std::size_t>::max()) {}

std::uint64_t list_store::length() {
  const reply& answer =
      link_.call([&](std::string& out) { append_command(out, std::string_view("LLEN"), key_); });
  return static_cast<std::uint64_t>(answer.root().integer);
}

void list_store::read(std::uint64_t place, std::uint64_t most, std::size_t bytes) {
  const auto first = static_cast<std::int64_t>(place);
  const auto last = first + static_cast<std::int64_t>(page_.count(most, bytes));
  const reply& answer = link_.call([&](std::string& out) {
    command range(out, 4);
    range.text("LRANGE").text(key_);
    if (newest_ == end::right) {
      range.number(first).number(last);
    } else {
      range.number(-1 - last).number(-1 - first);
    }
  });
  if (answer.root().type != reply_type::array) link_.refuse("an answer that is no range");
  const std::size_t found = answer.root().elements;
  count_ = std::min<std::size_t>(found, static_cast<std::size_t>(last - first));
  std::size_t largest = 0;
  for (std::size_t i = 0; i < found; ++i) largest = std::max(largest, at(i).size());
  page_.saw(count_, largest);
}

std::string_view list_store::at(std::size_t index) const {
  const reply& answer = link_.answer();
  const std::size_t node = newest_ == end::right ? 1 + index : answer.root().elements - index;
  return answer.text(answer.at(node));
}

std::uint64_t list_store::find(const element_name& name) {
  const reply& answer = link_.call([&](std::string& out) {
    command look(out, 8);
    look.text("EVAL").text(look_script).text("1").text(key_).text("");
    look.text(word(other(newest_))).number(name.place).text(name.hash);
  });
  const std::int64_t place = answer.root().integer;
  return place < 0 ? name.place : static_cast<std::uint64_t>(place);
}

std::size_t list_store::erase(std::span<const std::string_view> names) {
  std::vector<element_name> parsed;
  for (const std::string_view name : names) {
    const std::optional<element_name> one = parse_element_name(name);
    if (!one) throw std::invalid_argument("'" + std::string(name) + "' names no element");
    parsed.push_back(*one);
  }
  std::ranges::sort(parsed, {}, &element_name::place); // so that each says where the next is
  std::size_t erased = 0;
  for (std::size_t from = 0; from < parsed.size(); from += names_at_once) {
    const std::size_t count = std::min(names_at_once, parsed.size() - from);
    const reply& answer = link_.call([&](std::string& out) {
      command erase(out, 7 + 2 * count);
      erase.text("EVAL").text(erase_script).text("1").text(key_).text("");
      erase.text(word(other(newest_))).text(tombstone_);
      for (const element_name& one : std::span(parsed).subspan(from, count)) {
        erase.number(one.place - std::min<std::uint64_t>(one.place, erased)).text(one.hash);
      }
    });
    erased += static_cast<std::size_t>(answer.root().integer);
  }
  return erased;
}

} // namespace redis::list
