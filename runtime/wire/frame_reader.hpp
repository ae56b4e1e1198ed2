// Bytes as they come in become bodies of frames, each in a chunk and aligned. Pure: whoever has a
// socket puts what it reads where it is told.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "runtime/base/chunk.hpp"
#include "runtime/wire/frame.hpp"

namespace tempest::wire {

// One thread. Many small frames share a chunk; a large one is read straight into its own.
class frame_reader {
 public:
  struct frame {
    std::span<const char> body; // aligned to 8 bytes
    base::chunk* home = nullptr;
  };

  // Takes bodies of at most `max_body_bytes`. `pool` outlives the reader and every chunk.
  explicit frame_reader(base::chunk_pool& pool, std::size_t max_body_bytes = max_hello_bytes)
      : max_body_bytes_(max_body_bytes), pool_(pool), moved_(pool) {}

  // From now on; a peer that was let in may say more.
  void limit(std::size_t max_body_bytes) { max_body_bytes_ = max_body_bytes; }

  // Where to put the next bytes; never empty once next() gave none. Throws protocol_error.
  [[nodiscard]] std::span<char> room();
  // That many bytes were put at the start of room().
  void filled(std::size_t bytes) { end_ += bytes; }
  // The next whole body; none: more bytes are needed. It is valid until the next call of next() or
  // room(), and beyond that as long as its home is held. Throws protocol_error.
  [[nodiscard]] std::optional<frame> next();

 private:
  [[nodiscard]] std::size_t unread() const { return end_ - begin_; }
  [[nodiscard]] std::size_t frame_bytes() const;
  void make_place(std::size_t bytes);

  std::size_t max_body_bytes_;
  base::chunk_pool& pool_;
  base::chunk_writer moved_; // bodies that came at an odd place
  base::chunk_ref chunk_;
  std::size_t begin_ = 0; // of what is not handed out, in chunk_
  std::size_t end_ = 0;
};

} // namespace tempest::wire
