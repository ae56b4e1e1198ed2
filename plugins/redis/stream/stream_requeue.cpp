// How messages get back into the stream that a source has read them from.
#include <optional>
#include <stdexcept>

#include "plugins/redis/pipelined_requeue.hpp"
#include "plugins/redis/stream/json_fields.hpp"
#include "plugins/redis/stream/stream_source.hpp"

namespace redis::stream {

namespace {

bool is_ours(const tempest_header& one) {
  return view(one.name) == TEMPEST_HEADER_DEAD_LETTER;
}

// The fields of which the source makes the same message again. Throws std::invalid_argument when
// there are none.
field_list fields_of(const tempest_source_message& what, const shape_settings& shape) {
  const std::span headers(what.headers, what.header_count);
  field_list fields;
  if (shape.json) {
    if (what.key.data != nullptr) {
      throw std::invalid_argument("it has a key, which payload = \"json\" does not read back");
    }
    fields = fields_of_json(view(what.payload));
  } else {
    fields.emplace_back(shape.payload_field, view(what.payload));
    if (what.key.data != nullptr && shape.key_field.empty()) {
      throw std::invalid_argument("it has a key, and the source has no key_field to read it from");
    }
    if (what.key.data != nullptr) fields.emplace_back(shape.key_field, view(what.key));
  }
  for (const tempest_header& one : headers) {
    if (shape.json && !is_ours(one)) {
      throw std::invalid_argument("it has headers, which payload = \"json\" does not read back");
    }
    const bool would_be_key =
        !shape.json && what.key.data == nullptr && view(one.name) == shape.key_field;
    if (would_be_key && !shape.key_field.empty()) {
      throw std::invalid_argument("its header '" + shape.key_field +
                                  "' would become its key: the source has that as key_field");
    }
    fields.emplace_back(view(one.name), view(one.value));
  }
  return fields;
}

class requeuer : public pipelined_requeue {
 public:
  requeuer(const source_options& source, const tempest::requeue_batch& what,
           std::span<tempest::requeued> results)
      : pipelined_requeue(what, results), source_(source), client_(settings_of(source, what)) {
    if (what.sink() != "redis_stream") return;
    sink_options sink = read_sink_options(what.sink_options());
    if (sink.client.server.is_same_account(source.clients.front().server))
      sink_ = std::move(sink.client);
  }

 private:
  static writer_settings settings_of(const source_options& source,
                                     const tempest::requeue_batch& what) {
    writer_settings made;
    const consumer_settings& client = source.clients.front();
    made.server = client.server;
    made.key = client.key;
    made.timeout = patience(what, client.timeout);
    return made;
  }

  pipeline& line() override { return client_.line(); }
  void connect() override { client_.connect(); }

  // The stream that the id names. Without a name of one, from before there were several, the first.
  // Throws std::invalid_argument when the source does not read that stream (any more).
  [[nodiscard]] const std::string& stream_of(std::string_view id) const {
    const std::size_t slash = id.rfind('/');
    if (slash == std::string_view::npos || !parse_id(id.substr(slash + 1))) {
      return source_.clients.front().key;
    }
    const std::string_view name = id.substr(0, slash);
    for (const consumer_settings& one : source_.clients) {
      if (one.key == name) return one.key;
    }
    throw std::invalid_argument("its id names the stream '" + std::string(name) +
                                "', which the source does not read: add it to its `keys`");
  }

  bool append(std::size_t index) override {
    const field_list fields = fields_of(what_[index], source_.shape);
    client_.go_to(stream_of(view(what_[index].id)));
    const bool moves = sink_ && fields.size() <= most_moved_fields;
    if (moves) {
      client_.begin_move({sink_->key, sink_->server.database, what_.stored_id(index)},
                         fields.size());
    } else {
      client_.begin(fields.size());
    }
    for (const auto& [name, value] : fields) client_.field(name, value);
    return moves;
  }

  const source_options& source_;
  writer client_;
  std::optional<writer_settings> sink_; // where they lie, when it is the same server
};

} // namespace

std::string stream_source::requeue(const tempest::options& given,
                                   const tempest::requeue_batch& what,
                                   std::span<tempest::requeued> results) {
  const source_options source = read_source_options(given);
  return requeuer(source, what, results).run();
}

} // namespace redis::stream
