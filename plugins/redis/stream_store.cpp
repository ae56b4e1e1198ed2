#include "plugins/redis/stream_store.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "plugins/redis/command.hpp"

namespace redis_stream {

namespace {

constexpr std::size_t ids_at_once = 1000; // of one XDEL

} // namespace

stream_store::stream_store(endpoint server, std::string key, std::chrono::milliseconds timeout)
    : key_(std::move(key)),
      timeout_(timeout),
      link_(std::move(server)),
      page_(std::numeric_limits<std::size_t>::max()) {}

template <typename Ask>
void stream_store::call(Ask ask) {
  try {
    if (!link_.is_open()) link_.open(wake_, timeout_);
    ask(link_.out());
    link_.call(answer_, wake_, timeout_);
  } catch (...) {
    link_.close();
    throw;
  }
  if (answer_.is_error()) throw unavailable(link_.explain(answer_.error()));
}

std::optional<stream_id> stream_store::last() {
  call([&](std::string& out) {
    append_command(out, std::string_view("XREVRANGE"), key_, std::string_view("+"),
                   std::string_view("-"), std::string_view("COUNT"), std::string_view("1"));
  });
  if (!find_range(answer_, found_)) throw unavailable(link_.explain("an answer that is no range"));
  if (found_.found.empty()) return std::nullopt;
  return found_.found.front().id;
}

const entries& stream_store::read(const stream_id& from, const stream_id& to, std::size_t most,
                                  std::size_t bytes) {
  call([&](std::string& out) {
    command(out, 6).text("XRANGE").text(key_).id(from).id(to).text("COUNT").number(
        page_.count(most, bytes));
  });
  if (!find_range(answer_, found_)) throw unavailable(link_.explain("an answer that is no range"));
  std::size_t largest = 0;
  for (const entry& one : found_.found) largest = std::max(largest, one.bytes);
  page_.saw(found_.found.size(), largest);
  return found_;
}

std::size_t stream_store::erase(std::span<const std::string_view> ids) {
  std::size_t erased = 0;
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_at_once));
    call([&](std::string& out) {
      command erase(out, 2 + some.size());
      erase.text("XDEL").text(key_);
      for (const std::string_view id : some) erase.text(id);
    });
    if (answer_.root().type == reply_type::integer) {
      erased += static_cast<std::size_t>(answer_.root().integer);
    }
    ids = ids.subspan(some.size());
  }
  return erased;
}

} // namespace redis_stream
