#include "runtime/wire/encoder.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/engine/metadata.hpp"
#include "runtime/wire/frame.hpp"
#include "runtime/wire/schema.hpp"

namespace tempest::wire {
namespace {

using builder = flatbuffers::FlatBufferBuilder;

// What a body holds beside the rows and bytes of its message: tables, offsets, padding.
constexpr std::size_t overhead_bytes = 256;

// Writes pieces of bytes one behind the other.
class row {
 public:
  row(builder& to, std::size_t bytes) {
    offset_ = to.CreateUninitializedVector<std::uint8_t>(bytes, &at_);
  }
  void add(const char* data, std::size_t length) {
    if (length == 0) return;
    std::memcpy(at_, data, length);
    at_ += length;
  }
  void add(tempest_slice piece) { add(piece.data, piece.length); }
  void add(std::string_view piece) { add(piece.data(), piece.size()); }
  [[nodiscard]] flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> offset() const {
    return offset_;
  }

 private:
  std::uint8_t* at_ = nullptr;
  flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> offset_;
};

// What rows and bytes of a message come to, piece by piece.
struct extent {
  std::size_t count = 0;
  std::size_t outputs = 0;
  std::size_t headers = 0;
  std::size_t path = 0;
  std::size_t reasons = 0;
  std::size_t bytes = 0;
  std::size_t head_bytes = 0; // of heads and rows of numbers

  [[nodiscard]] std::size_t total() const { return head_bytes + reasons + bytes + overhead_bytes; }
};

void add(extent& to, const tempest_delivery& one) {
  ++to.count;
  to.headers += one.header_count;
  to.path += one.path_length;
  to.bytes += one.id.length + engine::message_bytes(one);
  to.head_bytes += sizeof(schema::DeliveryHead) + std::size_t{8} * one.header_count +
                   std::size_t{4} * one.path_length;
}

// The outputs that go along: all, or none of a leaf's, which are not there.
std::span<const engine::output> carried(const engine::worker_report& done,
                                        const engine::result& one) {
  const std::span all(done.outputs);
  const bool there = std::size_t{one.first_output} + one.output_count <= all.size();
  if (!there || one.what != engine::outcome::succeeded) return {};
  return all.subspan(one.first_output, one.output_count);
}

void add(extent& to, const engine::worker_report& done, const engine::result& one) {
  ++to.count;
  to.reasons += one.reason_length;
  to.head_bytes += sizeof(schema::ResultHead);
  for (const engine::output& output : carried(done, one)) {
    ++to.outputs;
    to.head_bytes += sizeof(schema::OutputHead);
    if (!output.forwards) to.bytes += output.payload.size();
    if (output.meta == nullptr) continue;
    to.headers += output.meta->header_count;
    to.head_bytes += std::size_t{8} * output.meta->header_count;
    to.bytes +=
        engine::content_bytes(output.meta->key, output.meta->headers, output.meta->header_count);
  }
}

// How far from `first` on a body of `max_bytes` reaches.
template <typename Row, typename Add>
extent measure(const Row& rows, std::size_t first, std::size_t max_bytes, Add add_one) {
  extent fits;
  for (std::size_t i = first; i < rows.size(); ++i) {
    extent next = fits;
    add_one(next, rows[i]);
    if (next.total() > max_bytes) break;
    fits = next;
  }
  return fits;
}

std::uint32_t length(std::size_t bytes) {
  return static_cast<std::uint32_t>(bytes); // a body is shorter than 2 GiB
}

void add_headers(row& bytes, std::uint32_t*& lengths, const tempest_header* headers,
                 std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    *lengths++ = length(headers[i].name.length);
    *lengths++ = length(headers[i].value.length);
    bytes.add(headers[i].name);
    bytes.add(headers[i].value);
  }
}

} // namespace

struct encoder::state {
  builder build;
  std::size_t room = 0; // that it has without moving

  // Starts a body whose rows are filled after all of them were made: they must not move meanwhile.
  builder& start(std::size_t bytes) {
    if (bytes > room) {
      room = std::max<std::size_t>(2 * room, std::max<std::size_t>(bytes, 4096));
      build = builder(room);
    }
    build.Clear();
    return build;
  }

  template <typename Table>
  body finish(schema::Body kind, flatbuffers::Offset<Table> table) {
    build.Finish(schema::CreateFrame(build, kind, table.Union()));
    return {reinterpret_cast<const char*>(build.GetBufferPointer()), build.GetSize()};
  }
  flatbuffers::Offset<flatbuffers::String> text(std::string_view from) {
    return build.CreateString(from.data(), from.size());
  }
};

encoder::encoder() : state_(std::make_unique<state>()) {}
encoder::~encoder() = default;

encoder::body encoder::encode(const hello& said) {
  builder& to = state_->start(overhead_bytes);
  std::vector<flatbuffers::Offset<schema::HelloTask>> tasks;
  for (const hello_task& task : said.tasks) {
    const auto called = state_->text(task.name);
    tasks.push_back(schema::CreateHelloTask(to, called, task.leaf, task.workers));
  }
  const auto token =
      to.CreateVector(reinterpret_cast<const std::uint8_t*>(said.token.data()), said.token.size());
  const auto rows = to.CreateVector(tasks);
  const auto topology = state_->text(said.topology);
  const auto name = state_->text(said.name);
  return state_->finish(schema::Body::Hello, schema::CreateHello(to, said.major, said.minor,
                                                                 topology, rows, token, name));
}

encoder::body encoder::encode(const welcome& said) {
  builder& to = state_->start(overhead_bytes);
  return state_->finish(schema::Body::Welcome,
                        schema::CreateWelcome(to, said.major, said.minor, said.instance,
                                              said.max_frame_bytes, said.heartbeat_ms));
}

encoder::body encoder::encode(const refusal& said) {
  builder& to = state_->start(overhead_bytes);
  return state_->finish(schema::Body::Refusal,
                        schema::CreateRefusal(to, state_->text(said.reason)));
}

encoder::body encoder::encode(const credit& said) {
  builder& to = state_->start(overhead_bytes);
  return state_->finish(schema::Body::Credit,
                        schema::CreateCredit(to, said.task, said.messages, said.bytes));
}

encoder::body encoder::encode(const cancel& said) {
  builder& to = state_->start(overhead_bytes);
  return state_->finish(schema::Body::Cancel,
                        schema::CreateCancel(to, to.CreateVector(said.tokens)));
}

encoder::body encoder::encode(const heartbeat& said) {
  builder& to = state_->start(overhead_bytes);
  schema::Begun* rows = nullptr;
  const auto begun = to.CreateUninitializedVectorOfStructs(said.running.size(), &rows);
  for (std::size_t i = 0; i < said.running.size(); ++i) {
    rows[i] = {said.running[i].token, said.running[i].task, said.running[i].age_ms};
  }
  const auto stuck = to.CreateVector(said.stuck);
  std::vector<flatbuffers::Offset<schema::Work>> done;
  for (const work& one : said.done) {
    done.push_back(schema::CreateWork(to, one.task, one.busy_ns, one.blocked_ns, one.idle_ns,
                                      to.CreateVector(one.times)));
  }
  std::vector<flatbuffers::Offset<schema::SinkTrouble>> sinks;
  for (const sink_trouble& one : said.sinks) {
    sinks.push_back(schema::CreateSinkTrouble(to, one.task, state_->text(one.reason)));
  }
  const auto works = to.CreateVector(done);
  return state_->finish(schema::Body::Heartbeat,
                        schema::CreateHeartbeat(to, begun, stuck, works, to.CreateVector(sinks)));
}

encoder::body encoder::encode(const goodbye& said) {
  builder& to = state_->start(overhead_bytes);
  return state_->finish(schema::Body::Goodbye,
                        schema::CreateGoodbye(to, state_->text(said.reason)));
}

encoder::part encoder::encode(const deliver& said, std::size_t max_bytes) {
  const extent fits = measure(said.deliveries, 0, max_bytes,
                              [](extent& to, const tempest_delivery& one) { add(to, one); });
  if (fits.count == 0) return {};
  builder& to = state_->start(fits.total());
  schema::DeliveryHead* head = nullptr;
  std::uint32_t* lengths = nullptr;
  std::uint32_t* path = nullptr;
  const auto heads = to.CreateUninitializedVectorOfStructs(fits.count, &head);
  const auto header_lengths =
      to.CreateUninitializedVector<std::uint32_t>(2 * fits.headers, &lengths);
  const auto paths = to.CreateUninitializedVector<std::uint32_t>(fits.path, &path);
  row bytes(to, fits.bytes);
  for (const tempest_delivery& one : said.deliveries.first(fits.count)) {
    const std::uint32_t flags =
        (one.key.data != nullptr ? has_key : 0) | (said.alone ? is_alone : 0);
    *head++ = {one.host_token,         one.timestamp_ms,
               length(one.id.length),  length(one.payload.length),
               length(one.key.length), one.header_count,
               one.path_length,        one.attempt,
               one.deliveries,         flags};
    bytes.add(one.id);
    bytes.add(one.payload);
    bytes.add(one.key);
    add_headers(bytes, lengths, one.headers, one.header_count);
    path = std::copy_n(one.path, one.path_length, path);
  }
  const auto table =
      schema::CreateDeliver(to, said.task, heads, header_lengths, paths, bytes.offset());
  return {state_->finish(schema::Body::Deliver, table), fits.count};
}

encoder::part encoder::encode(const report& said, std::size_t first, std::size_t max_bytes) {
  const engine::worker_report& done = *said.done;
  const extent fits = measure(done.results, first, max_bytes,
                              [&](extent& to, const engine::result& one) { add(to, done, one); });
  if (fits.count == 0) return {};
  builder& to = state_->start(fits.total());
  schema::ResultHead* result = nullptr;
  schema::OutputHead* head = nullptr;
  std::uint32_t* lengths = nullptr;
  const auto results = to.CreateUninitializedVectorOfStructs(fits.count, &result);
  const auto heads = to.CreateUninitializedVectorOfStructs(fits.outputs, &head);
  const auto header_lengths =
      to.CreateUninitializedVector<std::uint32_t>(2 * fits.headers, &lengths);
  row reasons(to, fits.reasons);
  row bytes(to, fits.bytes);
  for (const engine::result& one : std::span(done.results).subspan(first, fits.count)) {
    const std::span<const engine::output> outputs = carried(done, one);
    *result++ = {one.delivery.token(), static_cast<std::uint32_t>(one.what), one.output_count,
                 length(outputs.size()), one.reason_length};
    reasons.add(std::string_view(done.reasons).substr(one.reason_start, one.reason_length));
    for (const engine::output& output : outputs) {
      const engine::metadata none;
      const engine::metadata& meta = output.meta != nullptr ? *output.meta : none;
      const std::string_view payload = output.forwards ? std::string_view{} : output.payload;
      const std::uint32_t flags = (meta.key.data != nullptr ? has_key : 0) |
                                  (output.meta != nullptr ? replaces : 0) |
                                  (output.forwards ? forwards : 0);
      *head++ = {meta.timestamp_ms, length(payload.size()), length(meta.key.length),
                 meta.header_count, flags};
      bytes.add(payload);
      bytes.add(meta.key);
      add_headers(bytes, lengths, meta.headers, meta.header_count);
    }
  }
  const auto table = schema::CreateReport(to, said.task, results, heads, header_lengths,
                                          reasons.offset(), bytes.offset());
  return {state_->finish(schema::Body::Report, table), fits.count};
}

} // namespace tempest::wire
