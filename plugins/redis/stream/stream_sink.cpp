#include "plugins/redis/stream/stream_sink.hpp"

#include <optional>

#include "plugins/redis/stream/json_fields.hpp"

namespace redis::stream {

stream_sink::stream_sink(tempest::sink_context& context)
    : pipelined_sink(context),
      options_(read_sink_options(context)),
      client_(options_.client),
      store_(options_.client.server, options_.client.key, options_.client.timeout),
      stored_shape_({options_.json, options_.payload_field, {}, {}}) {}

void stream_sink::encode(const tempest::message& what) {
  if (options_.json) {
    const field_list fields = fields_of_json(what.text());
    client_.begin(fields.size());
    for (const auto& [name, value] : fields) client_.field(name, value);
    return;
  }
  const std::optional<std::string_view> key =
      options_.key_field.empty() ? std::nullopt : what.key();
  client_.begin(1 + (key ? 1U : 0U) + what.headers().size());
  client_.field(options_.payload_field, what.text());
  if (key) client_.field(options_.key_field, *key);
  for (const tempest::header& one : what.headers()) {
    client_.field({one.name.data, one.name.length}, {one.value.data, one.value.length});
  }
}

tempest::page stream_sink::browse(std::string_view cursor, std::size_t max_messages,
                                  std::size_t max_bytes) {
  stream_id from;
  std::optional<stream_id> to;
  if (cursor.empty()) {
    to = store_.last();
  } else {
    const std::size_t space = cursor.find(' ');
    from = parse_id(cursor.substr(0, space)).value_or(from);
    to = parse_id(cursor.substr(space + 1));
  }
  tempest::page made;
  if (!to) return made;
  const entries& found = store_.read(from, *to, max_messages, max_bytes);
  std::vector<handed_entry> handed;
  for (const entry& one : found.found) handed.push_back({0, &one});
  const std::span shaped = stored_shape_.shape(store_.nodes(), handed);
  for (std::size_t i = 0; i < shaped.size(); ++i) {
    tempest::stored& one = made.messages.emplace_back();
    one.id = found.found[i].id.text();
    if (!options_.json && shaped[i].header_count == found.found[i].fields) {
      one.problem = "the entry has no field '" + options_.payload_field + "'";
    } else {
      one.payload.assign(shaped[i].payload.data, shaped[i].payload.length);
    }
  }
  if (!found.found.empty() && found.found.back().id < *to) {
    made.next = found.found.back().id.next().text() + " " + to->text();
  }
  return made;
}

} // namespace redis::stream
