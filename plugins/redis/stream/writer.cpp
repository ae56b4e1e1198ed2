#include "plugins/redis/stream/writer.hpp"

#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

writer::writer(writer_settings settings)
    : settings_(std::move(settings)), line_(settings_.server, settings_.timeout) {}

// No entry can have this id, so the server refuses the command; but it looks at the rights first.
void writer::expect_right() {
  append_command(line_.out(), std::string_view("XADD"), settings_.key, std::string_view("0-0"),
                 std::string_view("no"), std::string_view("entry"));
  line_.expect_rights(1);
}

void writer::begin(std::size_t fields) {
  const bool trim = settings_.max_length > 0;
  command add(line_.out(), 3 + (trim ? 3U : 0U) + 2 * fields);
  add.text("XADD").text(settings_.key);
  if (trim) add.text("MAXLEN").text("~").number(settings_.max_length);
  add.text("*");
}

void writer::begin_move(const entry_elsewhere& from, std::size_t fields) {
  command move(line_.out(), 8 + 2 * fields);
  move.text("EVAL").text(move_script).text("2").text(settings_.key).text(from.key);
  move.number(settings_.server.database).number(from.database).text(from.id);
}

void writer::field(std::string_view name, std::string_view value) {
  command::append(line_.out(), name);
  command::append(line_.out(), value);
}

} // namespace redis::stream
