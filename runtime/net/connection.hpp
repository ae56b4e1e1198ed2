// Frames to and from one peer, over whatever transport. Notices a peer that is silent, that does
// not read, or that says what cannot be; one write a turn of the loop carries all that was said.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"
#include "runtime/wire/frame_reader.hpp"

namespace tempest::net {

// Batches are split into bodies of about this size: two fit a chunk of the reader, and none needs
// memory of its own.
inline constexpr std::size_t usual_body_bytes = std::size_t{30} * 1024;

// How long a peer is waited for.
struct patience {
  std::chrono::milliseconds first_frame{5'000}; // of a peer that has said nothing yet
  std::chrono::milliseconds silence{8'000};     // without a byte read, or one of ours written
  std::chrono::milliseconds farewell{
      1'000}; // until the last frame is read by the peer, unless leave() says so
};

// Whose connection it is. Called on the loop's thread, never within a call of the connection's.
class connection_user {
 public:
  virtual ~connection_user() = default;

  // A body came: valid as frame_reader says. May throw wire::protocol_error, which ends it.
  virtual void received(const wire::frame_reader::frame& frame) = 0;
  // It is time to say a heartbeat.
  virtual void heartbeat_due() = 0;
  // The peer is gone or not to be talked to any more; the last call. Within it, leave() may still
  // say why.
  virtual void ended(std::string_view reason) = 0;
};

// Keeps itself alive until its transport is closed. The loop's thread.
class connection : public std::enable_shared_from_this<connection> {
 public:
  // `pool` outlives the loop, `user` lives until ended(), leave() or close().
  connection(loop& serving, std::unique_ptr<transport> over, base::chunk_pool& pool,
             const patience& limits, connection_user& user);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Agrees on TLS where it is wanted, then begins to read. `accepted`: it is the peer that called.
  void start(bool accepted);
  // The peer is let in, or has let this side in: frames may be longer, heartbeats begin.
  void open(std::size_t max_frame_bytes, std::chrono::milliseconds heartbeat);
  // Appends a frame to what the next turn writes.
  void send(std::span<const char> body);
  // Bytes said and not taken by the system yet.
  [[nodiscard]] std::size_t waiting() const {
    return filling_.size() + flushing_.size() - written_;
  }

  // Says a last frame, when there is one, and goes once the peer has it. That may take as long as
  // a farewell does; a slow peer has until `until_ns`, while it is not silent. The user hears
  // nothing more.
  void leave(std::span<const char> last_body, std::int64_t until_ns = 0);
  // Goes at once. The user hears nothing more.
  void close();
  [[nodiscard]] bool closed() const { return closed_; }

  // Bytes said since the start, and those of them that the peer's system has taken: they reach the
  // peer whatever becomes of this side.
  [[nodiscard]] std::uint64_t said() const { return passed_on_ + waiting(); }
  [[nodiscard]] std::uint64_t arrived() const;
  // Lets the peer's arrived() know at once of what came.
  void acknowledge() {
    if (!closed_) transport_->acknowledge();
  }

  [[nodiscard]] const std::string& peer() const { return transport_->peer(); }

 private:
  void ready(std::error_code failed);
  void read();
  void was_read(std::error_code failed, std::size_t bytes);
  void take_frames();
  void flush_soon();
  void write();
  void was_written(std::error_code failed, std::size_t bytes);
  void flushed();
  void set_clock(std::int64_t now_ns);
  void look_at_clock();
  void look_at_farewell(std::int64_t now_ns);
  [[nodiscard]] std::int64_t patient_until_ns() const;
  // Why the peer is not waited for any longer; empty while it is.
  [[nodiscard]] std::string out_of_patience(std::int64_t now_ns) const;
  void end(std::string_view reason);
  void end_of_stream(std::error_code failed);
  [[nodiscard]] std::string words_for(const wire::protocol_error& wrong) const;

  loop& loop_;
  std::unique_ptr<transport> transport_;
  const patience limits_;
  connection_user* user_;
  wire::frame_reader reader_;
  timer clock_;

  std::vector<char> filling_;           // frames that wait for the next write
  std::vector<char> flushing_;          // what is being written
  std::size_t written_ = 0;             // of that
  std::span<char> room_;                // where the peer's next bytes come to stand
  std::uint64_t passed_on_ = 0;         // to the system, since the start
  std::uint64_t arrived_ = 0;           // as last looked at; only while it leaves, and then
  std::array<char, 512> passed_over_{}; // what a peer says that is not listened to any more
  std::string first_bytes_;             // of a peer that has not said a frame yet

  std::int64_t started_ns_ = 0;
  std::int64_t heard_ns_ = 0;     // last byte from the peer
  std::int64_t taken_ns_ = 0;     // last byte to it, or when it was offered
  std::int64_t heartbeat_ns_ = 0; // period; 0 until open()
  std::int64_t next_heartbeat_ns_ = 0;
  std::int64_t leave_by_ns_ = 0;
  bool patient_ = false;         // with a slow peer, when leaving
  std::int64_t clock_at_ns_ = 0; // what the clock is set to
  bool ready_ = false;           // for writing
  bool writing_ = false;
  bool flush_is_due_ = false;
  bool accepted_ = false;
  bool heard_a_frame_ = false; // that was understood
  bool leaving_ = false;
  bool closed_ = false;
};

} // namespace tempest::net
