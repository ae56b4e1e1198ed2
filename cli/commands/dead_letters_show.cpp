#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/dead_letter_scan.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/print.hpp"
#include "runtime/base/base64.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;
using service::stored_entry;
using service::stored_letter;

struct shown_letter {
  std::optional<stored_entry> last;
  std::vector<std::string> stored_ids; // of all letters of this message
};

void put(ordered_json& into, const std::string& name, const std::string& bytes) {
  if (base::is_utf8(bytes)) {
    into[name] = bytes;
  } else {
    into[name + "_base64"] = base::base64(bytes);
  }
}

ordered_json as_json(const shown_letter& shown) {
  const stored_letter& letter = shown.last->letter;
  ordered_json made{{"id", shown.last->id},
                    {"topology", letter.topology},
                    {"task", letter.task},
                    {"outcome", letter.outcome}};
  put(made, "reason", letter.reason);
  made["attempts"] = letter.attempts;
  made["deliveries"] = letter.deliveries;
  made["first_time"] = letter.first_time;
  made["last_time"] = letter.last_time;
  put(made, "message_id", letter.message_id);
  if (letter.key) put(made, "key", *letter.key);
  made["headers"] = ordered_json::array();
  for (const auto& [name, value] : letter.headers) {
    ordered_json header;
    put(header, "name", name);
    put(header, "value", value);
    made["headers"].push_back(std::move(header));
  }
  made["timestamp_ms"] = letter.timestamp_ms;
  put(made, "payload", letter.payload);
  made["stored_as"] = shown.stored_ids;
  return made;
}

std::string readable(const std::string& payload) {
  if (!base::is_utf8(payload)) return "base64: " + base::base64(payload);
  return printable_text(payload);
}

void print_text(const shown_letter& shown) {
  const stored_letter& letter = shown.last->letter;
  std::vector<std::vector<std::string>> rows = {{"id", shown.last->id},
                                                {"topology", letter.topology},
                                                {"task", letter.task},
                                                {"outcome", letter.outcome},
                                                {"reason", letter.reason},
                                                {"attempts", std::to_string(letter.attempts)},
                                                {"deliveries", std::to_string(letter.deliveries)},
                                                {"first time", letter.first_time},
                                                {"last time", letter.last_time},
                                                {"message", letter.message_id}};
  if (letter.key) rows.push_back({"key", *letter.key});
  for (const auto& [name, value] : letter.headers) {
    rows.push_back({"header", fmt::format("{}: {}", name, value)});
  }
  rows.push_back({"stored as", fmt::format("{}", fmt::join(shown.stored_ids, ", "))});
  rows.push_back({"payload", fmt::format("{} bytes", letter.payload.size())});
  for (const auto& row : rows) {
    print(fmt::format("{:<12}{}", row[0], printable(row[1])));
  }
  print(readable(letter.payload));
}

int show(const letter_flags& asked) {
  letter_selection wanted(asked);
  letter_scan scan(asked);
  shown_letter shown;
  scan.each_page(wanted, [&](const letter_scan::page& page) {
    for (const stored_entry* one : page) {
      shown.stored_ids.push_back(one->stored_id);
      if (!shown.last || one->letter.last_ms >= shown.last->letter.last_ms) shown.last = *one;
    }
    return true;
  });
  if (shown.last && asked.format == "json") print_json({{"dead_letter", as_json(shown)}});
  if (shown.last && asked.format != "json") print_text(shown);
  return scan.finish(wanted);
}

} // namespace

verb dead_letters_show_verb() {
  auto asked = std::make_shared<letter_flags>();
  asked->ids.resize(1);
  verb made;
  made.name = "show";
  made.summary = "Shows one dead letter: why it died, and the message with its payload.";
  made.arguments = {{"ID", "As `list` prints it", &asked->ids.front(), "", {}, true}};
  add_common_arguments(made, *asked);
  made.examples = {
      {"tempest dead-letters show 3fa94c1e2b77-d01e42aa9931", ""},
      {"tempest dead-letters show 3fa94c1e2b77-d01e42aa9931 --format json", "for programs"}};
  made.run = [asked] { return show(*asked); };
  return made;
}

} // namespace tempest::cli
