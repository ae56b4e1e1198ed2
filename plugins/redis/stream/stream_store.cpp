#include "plugins/redis/stream/stream_store.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "plugins/redis/command.hpp"

namespace redis::stream {

namespace {

constexpr std::size_t ids_at_once = 1000; // of one XDEL

} // namespace

stream_store::stream_store(endpoint server, std::string key, std::chrono::milliseconds timeout)
    : key_(std::move(key)),
      link_(std::move(server), timeout),
      page_(std::numeric_limits<std::size_t>::max()) {}

const entries& stream_store::range() {
  if (!find_range(link_.answer(), found_)) link_.refuse("an answer that is no range");
  return found_;
}

std::optional<stream_id> stream_store::last() {
  link_.call([&](std::string& out) {
    append_command(out, std::string_view("XREVRANGE"), key_, std::string_view("+"),
                   std::string_view("-"), std::string_view("COUNT"), std::string_view("1"));
  });
  if (range().found.empty()) return std::nullopt;
  return found_.found.front().id;
}

const entries& stream_store::read(const stream_id& from, const stream_id& to, std::size_t most,
                                  std::size_t bytes) {
  link_.call([&](std::string& out) {
    command(out, 6).text("XRANGE").text(key_).id(from).id(to).text("COUNT").number(
        page_.count(most, bytes));
  });
  std::size_t largest = 0;
  for (const entry& one : range().found) largest = std::max(largest, one.bytes);
  page_.saw(found_.found.size(), largest);
  return found_;
}

std::size_t stream_store::erase(std::span<const std::string_view> ids) {
  std::size_t erased = 0;
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_at_once));
    link_.call([&](std::string& out) {
      command erase(out, 2 + some.size());
      erase.text("XDEL").text(key_);
      for (const std::string_view id : some) erase.text(id);
    });
    const reply_node& count = link_.answer().root();
    if (count.type == reply_type::integer) erased += static_cast<std::size_t>(count.integer);
    ids = ids.subspan(some.size());
  }
  return erased;
}

} // namespace redis::stream
