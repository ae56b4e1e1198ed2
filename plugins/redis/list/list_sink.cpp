#include "plugins/redis/list/list_sink.hpp"

#include <charconv>
#include <optional>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/envelope.hpp"

namespace redis::list {

namespace {

std::string envelope_of(const tempest::message& what) {
  envelope made;
  made.payload = what.text();
  if (what.key()) made.key = *what.key();
  for (const tempest::header& one : what.headers()) {
    made.headers.emplace_back(std::string(one.name.data, one.name.length),
                              std::string(one.value.data, one.value.length));
  }
  made.timestamp_ms = what.timestamp();
  return write_envelope(made);
}

struct position {
  std::uint64_t end = 0;
  element_name next;
};

// "END PLACE-SHA1"
std::optional<position> parse_cursor(std::string_view text) {
  position made;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), made.end);
  if (error != std::errc{} || at == text.data() + text.size()) return std::nullopt;
  const auto next = parse_element_name(text.substr(static_cast<std::size_t>(at - text.data()) + 1));
  if (!next) return std::nullopt;
  made.next = *next;
  return made;
}

} // namespace

list_sink::list_sink(tempest::sink_context& context)
    : pipelined_sink(context),
      options_(read_sink_options(context)),
      line_(options_.server, options_.timeout),
      store_(options_.server, options_.key, options_.to, options_.timeout) {}

// Tries what encode() and finish_piece() do in a transaction that is given up: the server looks at
// the rights when it takes a command in, and does none of them. Who may begin none finds out about
// the rest when he writes.
void list_sink::expect_rights() {
  append_command(line_.out(), std::string_view("MULTI"));
  if (line_.result()) return;
  begin_push().text("");
  line_.expect_rights(1 + finish_piece());
  append_command(line_.out(), std::string_view("DISCARD"));
  if (line_.result()) line_.connect(options_.key, "list"); // a new connection is in none either
}

command list_sink::begin_push() {
  command push(line_.out(), 3);
  push.text(options_.to == end::right ? "RPUSH" : "LPUSH").text(options_.key);
  return push;
}

void list_sink::encode(const tempest::message& what) {
  command push = begin_push();
  if (options_.enveloped) {
    push.text(envelope_of(what));
  } else {
    push.text(what.text());
  }
}

// The oldest go.
std::size_t list_sink::finish_piece() {
  if (options_.max_length == 0) return 0;
  const auto kept = static_cast<std::int64_t>(options_.max_length);
  command trim(line_.out(), 4);
  trim.text("LTRIM").text(options_.key);
  if (options_.to == end::right) {
    trim.number(-kept).number(-1);
  } else {
    trim.number(0).number(kept - 1);
  }
  return 1;
}

tempest::page list_sink::browse(std::string_view cursor, std::size_t max_messages,
                                std::size_t max_bytes) {
  tempest::page made;
  std::uint64_t place = 0;
  std::uint64_t end = 0;
  if (cursor.empty()) {
    end = store_.length();
  } else if (const std::optional<position> at = parse_cursor(cursor)) {
    place = store_.find(at->next);
    end = at->end - std::min(at->end, at->next.place - std::min(at->next.place, place));
  }
  if (place >= end) return made;
  store_.read(place, std::min<std::uint64_t>(max_messages, end - place), max_bytes);
  const std::size_t count = std::min<std::size_t>(store_.count(), end - place);
  for (std::size_t i = 0; i < count; ++i) {
    tempest::stored& one = made.messages.emplace_back();
    const std::string_view element = store_.at(i);
    one.id = element_name{place + i, sha1_of(element)}.text();
    std::optional<envelope> open;
    if (options_.enveloped) open = read_envelope(element);
    if (options_.enveloped && !open) {
      one.problem = "the element is no envelope";
    } else {
      one.payload = open ? std::move(open->payload) : std::string(element);
    }
  }
  if (place + count < end && store_.has_next()) {
    made.next =
        std::to_string(end) + " " + element_name{place + count, sha1_of(store_.at(count))}.text();
  }
  return made;
}

} // namespace redis::list
