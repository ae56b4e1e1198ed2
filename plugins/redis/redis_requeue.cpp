// How messages get back into the stream that a source has read them from.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <vector>

#include "plugins/redis/json_fields.hpp"
#include "plugins/redis/redis_source.hpp"

namespace redis_stream {

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

class requeuer {
 public:
  requeuer(const source_options& source, const tempest::requeue_batch& what,
           std::span<tempest::requeued> results)
      : source_(source), what_(what), results_(results), client_(settings_of(source, what)) {
    if (what.sink() != "redis_stream") return;
    sink_options sink = read_sink_options(what.sink_options());
    if (sink.client.server.is_same_account(source.client.server)) sink_ = std::move(sink.client);
  }

  std::string run() {
    client_.connect();
    for (std::size_t i = 0; i < what_.size(); ++i) {
      send(i);
      if (client_.queued() >= piece_bytes) collect();
    }
    collect();
    return std::move(reason_);
  }

 private:
  static writer_settings settings_of(const source_options& source,
                                     const tempest::requeue_batch& what) {
    writer_settings made;
    made.server = source.client.server;
    made.key = source.client.key;
    const auto left = std::chrono::duration_cast<milliseconds>(what.until() - steady::now());
    made.timeout = std::clamp(left, milliseconds{1}, source.client.timeout);
    return made;
  }

  void send(std::size_t index) {
    field_list fields;
    try {
      fields = fields_of(what_[index], source_.shape);
    } catch (const std::invalid_argument& error) {
      results_[index] = tempest::requeued::rejected;
      return say(error.what());
    }
    const bool moves = sink_ && fields.size() <= most_moved_fields;
    if (moves) {
      client_.begin_move({sink_->key, sink_->server.database, what_.stored_id(index)},
                         fields.size());
    } else {
      client_.begin(fields.size());
    }
    for (const auto& [name, value] : fields) client_.field(name, value);
    sent_.push_back({index, moves});
  }

  void collect() {
    for (const auto& [index, moves] : sent_) {
      const std::optional<std::string> error = client_.result();
      results_[index] = error                ? tempest::requeued::failed
                        : !moves             ? tempest::requeued::ok
                        : client_.was_gone() ? tempest::requeued::gone
                                             : tempest::requeued::moved;
      if (error) say(*error);
    }
    sent_.clear();
  }

  void say(const std::string& reason) {
    if (reason_.empty()) reason_ = reason;
  }

  const source_options& source_;
  const tempest::requeue_batch& what_;
  std::span<tempest::requeued> results_;
  writer client_;
  std::optional<writer_settings> sink_; // where they lie, when it is the same server
  struct sent_message {
    std::size_t index;
    bool moves;
  };
  std::vector<sent_message> sent_; // whose answers are awaited, in order
  std::string reason_;
};

} // namespace

std::string redis_source::requeue(const tempest::options& given, const tempest::requeue_batch& what,
                                  std::span<tempest::requeued> results) {
  const source_options source = read_source_options(given);
  return requeuer(source, what, results).run();
}

} // namespace redis_stream
