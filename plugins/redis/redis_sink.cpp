#include "plugins/redis/redis_sink.hpp"

#include <optional>

#include "plugins/redis/json_fields.hpp"

namespace redis_stream {
namespace {

constexpr int hang_ups = 3; // on one message: from then on it is rejected

} // namespace

redis_sink::redis_sink(tempest::sink_context& context)
    : context_(context),
      options_(read_sink_options(context)),
      client_(options_.client),
      store_(options_.client.server, options_.client.key, options_.client.timeout),
      stored_shape_({options_.json, options_.payload_field, {}}) {}

void redis_sink::write(const tempest::messages& batch, std::span<tempest::written> results) {
  try {
    try {
      write_all(batch, results);
    } catch (const hung_up&) {
      if (batch.size() > 1 || results[0] != tempest::written{}) throw; // who it was will be known
      write_again(batch, results);
    }
  } catch (const unavailable&) {
    client_.close();
    throw; // what has no outcome yet is tried again
  }
}

void redis_sink::write_all(const tempest::messages& batch, std::span<tempest::written> results) {
  sent_.clear();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (encode(batch[i], i)) {
      sent_.push_back(i);
    } else {
      results[i] = tempest::written::rejected;
    }
    if (client_.queued() >= piece_bytes) collect(results);
  }
  collect(results);
}

// The server hung up while it had this message alone. When it does so each time, and answers before
// and after, it is the message: over some limits a server says nothing at all.
void redis_sink::write_again(const tempest::messages& one, std::span<tempest::written> result) {
  for (int times = 2; times <= hang_ups; ++times) {
    connect();
    try {
      return write_all(one, result);
    } catch (const hung_up&) {
      continue;
    }
  }
  connect();
  result[0] = tempest::written::rejected;
  context_.explain(
      0, "Redis at " + options_.client.server.address() +
             ": the connection was closed on this message " + std::to_string(hang_ups) +
             " times in a row, and works without it: perhaps it is larger than the server takes "
             "(its settings client-query-buffer-limit and proto-max-bulk-len), or than something "
             "on the way to it does");
}

// Returns whether the message can be an entry.
bool redis_sink::encode(const tempest::message& what, std::size_t index) {
  if (options_.json) {
    try {
      const field_list fields = fields_of_json(what.text());
      client_.begin(fields.size());
      for (const auto& [name, value] : fields) client_.field(name, value);
      return true;
    } catch (const std::invalid_argument& error) {
      context_.explain(index, error.what());
      return false;
    }
  }
  const std::optional<std::string_view> key =
      options_.key_field.empty() ? std::nullopt : what.key();
  client_.begin(1 + (key ? 1U : 0U) + what.headers().size());
  client_.field(options_.payload_field, what.text());
  if (key) client_.field(options_.key_field, *key);
  for (const tempest::header& one : what.headers()) {
    client_.field({one.name.data, one.name.length}, {one.value.data, one.value.length});
  }
  return true;
}

void redis_sink::collect(std::span<tempest::written> results) {
  for (const std::size_t index : sent_) {
    const std::optional<std::string> error = client_.result();
    results[index] = error ? tempest::written::failed : tempest::written::ok;
    if (error) context_.explain(index, *error);
    if (client_.was_too_large()) {
      results[index] = tempest::written::rejected;
      throw unavailable(*error); // it hung up on those that follow
    }
    if (client_.refused_all()) not_ready_ = *error;
  }
  sent_.clear();
}

tempest::page redis_sink::browse(std::string_view cursor, std::size_t max_messages,
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

bool redis_sink::healthy(std::string& reason) {
  reason = not_ready_;
  if (!reason.empty()) return false;
  if (client_.connected()) return true;
  reason = "the connection to Redis at " + options_.client.server.address() + " is gone";
  return false;
}

} // namespace redis_stream
