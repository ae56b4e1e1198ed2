#include "runtime/conformance/settings.hpp"

#include <fmt/format.h>

#include "runtime/config/document.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::conformance {
namespace {

constexpr std::int64_t least_patience_ms = 100;
// Each case has some such messages read back, by a command that may print 64 MiB.
constexpr std::uint64_t most_bytes = std::uint64_t{8} << 20;

void read_broker(config::table_reader& reader, settings& into) {
  std::string address;
  if (!reader.filled_text("broker", address)) return;
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return reader.complain(reader.find("broker")->where,
                           fmt::format("broker = \"{}\" is no address", address),
                           "write HOST:PORT");
  }
  into.broker_host = address.substr(0, colon);
  into.broker_port = address.substr(colon + 1);
  if (into.broker_host.starts_with('[') && into.broker_host.ends_with(']')) {
    into.broker_host = into.broker_host.substr(1, into.broker_host.size() - 2);
  }
}

// wrong = [{ source = { uri = "nowhere" } }]
void read_wrong(config::table_reader& of, base::problems& found, settings& into) {
  const config::value* const list = of.list("wrong");
  if (list == nullptr) return;
  for (const config::value& one : *list->items()) {
    if (one.entries() == nullptr || one.entries()->size() != 1) {
      of.complain(one.where, "each of `wrong` is a table `source` or a table `sink`",
                  "write wrong = [{ source = { OPTION = VALUE } }]");
      continue;
    }
    config::table_reader reader(one, "one of `wrong`", found);
    if (const auto* options = reader.sub_table("source")) into.wrong_source.push_back(*options);
    if (const auto* options = reader.sub_table("sink")) into.wrong_sink.push_back(*options);
    reader.finish();
  }
}

} // namespace

settings read_settings(const std::string& file, base::problems& found) {
  const config::document document = config::parse_file(file, found);
  settings made;
  if (!document.well_formed) return made;
  config::table_reader reader(document.root, "the file", found);
  if (const auto* options = reader.sub_table("source")) made.source = *options;
  if (const auto* options = reader.sub_table("sink")) made.sink = *options;
  read_wrong(reader, found, made);
  read_broker(reader, made);
  reader.filled_text("fill", made.fill);
  reader.filled_text("read", made.read);
  reader.filled_text("keys", made.keys);
  reader.filled_text("headers", made.headers);
  reader.filled_text("failed", made.failed);
  reader.filled_text("restart", made.restart);
  reader.flag("begins_anew", made.begins_anew);
  reader.flag("generator", made.generator);
  made.begins_anew = made.begins_anew || made.generator;
  if (reader.size("max_bytes", 1, made.max_bytes) && made.max_bytes > most_bytes) {
    reader.complain(reader.find("max_bytes")->where,
                    fmt::format("max_bytes may be {} MiB at most", most_bytes >> 20));
  }
  reader.duration("patience", least_patience_ms, made.patience);
  if (!made.source && !made.sink) {
    reader.complain(document.root.where, "it has neither a table [source] nor [sink]",
                    "write the plugin's options there");
  }
  reader.finish();
  return made;
}

} // namespace tempest::conformance
