#include "plugins/redis/writer.hpp"

#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/scripts.hpp"

namespace redis_stream {

writer::writer(writer_settings settings)
    : settings_(std::move(settings)), link_(settings_.server) {}

void writer::connect() {
  try {
    link_.open(wake_, settings_.timeout);
    // Tells at once what would otherwise fail at each entry; who may not ask finds out then.
    append_command(link_.out(), std::string_view("TYPE"), settings_.key);
    link_.call(answer_, wake_, settings_.timeout);
    if (answer_.is_error() && answer_.error().starts_with("NOPERM")) return;
    if (answer_.is_error()) throw unavailable(link_.explain(answer_.error()));
    const std::string_view type = answer_.text(answer_.root());
    if (type != "none" && type != "stream") {
      throw unavailable("Redis at " + settings_.server.address() + ": the key '" + settings_.key +
                        "' holds a " + std::string(type) + ", not a stream");
    }
  } catch (...) {
    link_.close();
    throw;
  }
}

void writer::begin(std::size_t fields) {
  const bool trim = settings_.max_length > 0;
  command add(link_.out(), 3 + (trim ? 3U : 0U) + 2 * fields);
  add.text("XADD").text(settings_.key);
  if (trim) add.text("MAXLEN").text("~").number(settings_.max_length);
  add.text("*");
}

void writer::begin_move(const entry_elsewhere& from, std::size_t fields) {
  command move(link_.out(), 8 + 2 * fields);
  move.text("EVAL").text(move_script).text("2").text(settings_.key).text(from.key);
  move.number(settings_.server.database).number(from.database).text(from.id);
}

bool writer::refused_all() const {
  return answer_.is_error() && connection::is_not_ready(answer_.error());
}

bool writer::was_too_large() const {
  return answer_.is_error() && connection::is_too_large(answer_.error());
}

bool writer::was_gone() const {
  const reply_node& root = answer_.root();
  return root.type == reply_type::integer && root.integer == 0;
}

void writer::field(std::string_view name, std::string_view value) {
  command::append(link_.out(), name);
  command::append(link_.out(), value);
}

std::optional<std::string> writer::result() {
  link_.call(answer_, wake_, settings_.timeout);
  if (!answer_.is_error()) return std::nullopt;
  return link_.explain(answer_.error());
}

} // namespace redis_stream
