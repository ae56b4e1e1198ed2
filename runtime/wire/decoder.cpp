// Which message a body is, and those that are small.
#include "runtime/wire/decoder.hpp"

#include <fmt/format.h>

#include "runtime/wire/cutter.hpp"

namespace tempest::wire {
namespace {

constexpr std::size_t most_buckets = 64; // of times; a newer minor version may know finer ones

hello read(const schema::Hello& from) {
  hello made;
  made.major = from.major();
  made.minor = from.minor();
  made.topology = text(from.topology());
  if (from.tasks() != nullptr) {
    for (const schema::HelloTask* task : *from.tasks()) {
      made.tasks.push_back({text(task->name()), task->leaf(), task->workers()});
    }
  }
  made.token = text(from.token());
  made.name = text(from.name());
  return made;
}

welcome read(const schema::Welcome& from) {
  return {from.major(), from.minor(), from.instance(), from.max_frame_bytes(), from.heartbeat_ms()};
}

cancel read(const schema::Cancel& from) {
  const auto tokens = row_of<std::uint64_t>(from.tokens());
  return {{tokens.begin(), tokens.end()}};
}

work read(const schema::Work& from) {
  const auto times = row_of<std::uint64_t>(from.times());
  if (times.size() > most_buckets) throw protocol_error("times in more buckets than there are");
  return {
      from.task(), from.busy_ns(), from.blocked_ns(), from.idle_ns(), {times.begin(), times.end()}};
}

heartbeat read(const schema::Heartbeat& from) {
  heartbeat made;
  for (const schema::Begun& one : row_of<schema::Begun>(from.begun())) {
    made.running.push_back({one.token(), one.task(), one.age_ms()});
  }
  const auto stuck = row_of<std::uint32_t>(from.stuck());
  made.stuck.assign(stuck.begin(), stuck.end());
  if (from.work() != nullptr) {
    for (const schema::Work* one : *from.work()) made.done.push_back(read(*one));
  }
  if (from.sink_trouble() != nullptr) {
    for (const schema::SinkTrouble* one : *from.sink_trouble()) {
      made.sinks.push_back({one->task(), text(one->reason())});
    }
  }
  return made;
}

const schema::Frame& verified(std::span<const char> body) {
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
  if (!schema::VerifyFrameBuffer(verifier)) throw no_frame("a frame that is no frame");
  return *schema::GetFrame(body.data());
}

} // namespace

message decoder::decode(std::span<const char> body, base::chunk* home) {
  const schema::Frame& frame = verified(body);
  if (frame.body() == nullptr) throw protocol_error("a frame without a message");
  switch (frame.body_type()) {
    case schema::Body::Hello:
      return read(*frame.body_as_Hello());
    case schema::Body::Welcome:
      return read(*frame.body_as_Welcome());
    case schema::Body::Refusal:
      return refusal{text(frame.body_as_Refusal()->reason())};
    case schema::Body::Credit: {
      const schema::Credit& from = *frame.body_as_Credit();
      return credit{from.task(), from.messages(), from.bytes()};
    }
    case schema::Body::Deliver:
      return read_deliveries(*frame.body_as_Deliver(), home);
    case schema::Body::Report:
      read_report(*frame.body_as_Report(), home);
      return report{frame.body_as_Report()->task(), &report_};
    case schema::Body::Cancel:
      return read(*frame.body_as_Cancel());
    case schema::Body::Heartbeat:
      return read(*frame.body_as_Heartbeat());
    case schema::Body::Goodbye:
      return goodbye{text(frame.body_as_Goodbye()->reason())};
    case schema::Body::NONE:
      break;
  }
  return unknown{}; // of a newer minor version
}

} // namespace tempest::wire
