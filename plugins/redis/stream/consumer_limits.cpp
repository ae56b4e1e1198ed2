// How a consumer keeps off the texts on which the server hangs up: it would do so at each round,
// and nothing beside them would ever be moved, nor anything be read for long.
#include <algorithm>
#include <array>
#include <charconv>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"

namespace redis::stream {

namespace {

// The settings that limit a text, and the least that a server can be told for them.
constexpr std::array<std::string_view, 2> limits = {"proto-max-bulk-len",
                                                    "client-query-buffer-limit"};
constexpr std::size_t least_limit = std::size_t{1} << 20;

// Connections that end for another reason rarely do so in a row, each time on a large text.
constexpr unsigned convincing_cuts = 3;

} // namespace

bool consumer::asks_limits(std::span<const moved_entry> which) const {
  const auto is_large = [](const moved_entry& one) { return one.text.size() >= least_limit; };
  return !limits_asked_ && std::ranges::any_of(which, is_large);
}

// What is sent behind it is answered behind it.
void consumer::ask_limits() {
  limits_asked_ = true;
  told_limit_ = std::numeric_limits<std::size_t>::max();
  for (const std::string_view name : limits) {
    append_command(control_.link.out(), std::string_view("CONFIG"), std::string_view("GET"), name);
    expect(control_, expecting::limit);
  }
}

// [name, number]. Who may not ask finds out when the server hangs up.
void consumer::on_limit(const reply& nodes) {
  if (nodes.size() != 3 || nodes.at(2).type != reply_type::string) return;
  const std::string_view text = nodes.text(nodes.at(2));
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size()) return;
  told_limit_ = std::min(told_limit_, std::max(limit, least_limit));
}

// The connection ended before this was answered. The server may have said why, or not: what it has
// not read yet when it hangs up makes its last words go astray.
void consumer::suspect(const expectation& cut) {
  if (cut.largest < least_limit) return;
  ++large_cuts_;
  if (large_cuts_ < convincing_cuts) return;
  large_cuts_ = 0;
  seen_limit_ = std::min(seen_limit_, cut.largest);
}

// Takes out what the server does not take.
void consumer::leave_too_large(std::size_t handler, std::vector<moved_entry>& which) {
  const pending_handler& by = settings_.handlers[handler];
  const std::size_t limit = std::min(told_limit_, seen_limit_);
  const std::size_t count = std::erase_if(which, [&](const moved_entry& one) {
    if (one.text.size() < limit) return false;
    too_large_.add(one.id);
    to_.pending_refused(by.action);
    return true;
  });
  if (count == 0) return;
  to_.log(severity::warn,
          std::to_string(count) + " pending entries of the stream '" + settings_.key +
              "' stay as they are and are not moved to '" + by.key + "': as a text each has " +
              std::to_string(limit) + " bytes or more, and Redis at " + settings_.server.address() +
              " hangs up on that (its settings proto-max-bulk-len and client-query-buffer-limit)");
}

} // namespace redis::stream
