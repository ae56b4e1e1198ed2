// Two transports that are each other's peer, inside the process: what one writes the other reads,
// unless a test holds it up.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"

namespace tempest::net {

// One direction.
struct pipe_line {
  std::string bytes;
  std::size_t capacity = std::size_t{1} << 20; // more is not taken: the reader is slow
  std::size_t writes = 0;
  std::size_t acknowledged = 0; // how often its reader asked for that
  bool ended = false;           // by the writer
  bool cut = false;             // by either side
  std::span<char> reader_place;
  transport::done reader;
  std::span<const char> writer_bytes;
  transport::done writer;
};

class pipe_transport final : public transport {
 public:
  pipe_transport(loop& in, std::shared_ptr<pipe_line> read_from,
                 std::shared_ptr<pipe_line> write_to)
      : loop_(in), in_(std::move(read_from)), out_(std::move(write_to)) {}
  ~pipe_transport() override { close(); }

  void handshake(done handler) override { handler({}, 0); }
  void read_some(std::span<char> into, done handler) override {
    in_->reader_place = into;
    in_->reader = std::move(handler);
    move(loop_, *in_);
  }
  void write_some(std::span<const char> from, done handler) override {
    ++out_->writes;
    out_->writer_bytes = from;
    out_->writer = std::move(handler);
    move(loop_, *out_);
  }
  void close() override {
    for (pipe_line* line : {in_.get(), out_.get()}) {
      line->cut = true;
      move(loop_, *line);
    }
  }
  void end_of_writing() override {
    out_->ended = true;
    move(loop_, *out_);
  }
  [[nodiscard]] std::size_t on_the_way() override { return out_->bytes.size(); }
  void acknowledge() override { ++in_->acknowledged; }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

  // Does what the line can do now; also to be called after a test has changed it.
  static void move(loop& in, pipe_line& line) {
    const auto canceled = std::make_error_code(std::errc::operation_canceled);
    if (line.writer && (line.cut || line.bytes.size() < line.capacity)) {
      const std::size_t taken =
          line.cut ? 0 : std::min(line.capacity - line.bytes.size(), line.writer_bytes.size());
      line.bytes.append(line.writer_bytes.data(), taken);
      answer(in, line.writer, line.cut ? canceled : std::error_code{}, taken);
    }
    if (line.reader && !line.bytes.empty()) {
      const std::size_t given = std::min(line.reader_place.size(), line.bytes.size());
      std::memcpy(line.reader_place.data(), line.bytes.data(), given);
      line.bytes.erase(0, given);
      answer(in, line.reader, {}, given);
    } else if (line.reader && (line.cut || line.ended)) {
      answer(in, line.reader, canceled, 0);
    }
  }

 private:
  static void answer(loop& in, done& waiting, std::error_code error, std::size_t bytes) {
    run_soon(in,
             [handler = std::exchange(waiting, nullptr), error, bytes] { handler(error, bytes); });
  }

  loop& loop_;
  const std::shared_ptr<pipe_line> in_;
  const std::shared_ptr<pipe_line> out_;
  const std::string peer_ = "pipe";
};

} // namespace tempest::net
