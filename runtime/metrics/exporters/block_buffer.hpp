// What waits for a backend over a stream, in blocks of whole lines: bounded, and kept until it is
// known to have arrived, as far as that can be known. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace tempest::metrics {

class block_buffer {
 public:
  explicit block_buffer(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // One more; the oldest ones go where there is no room. One that is too large for any room stays
  // out.
  void add(std::string block);

  // What is to be written next; empty when all is.
  [[nodiscard]] std::string_view next() const;
  // So many bytes of that were taken.
  void written(std::size_t bytes);

  // The connection is gone: a block that did not arrive as a whole, or may not have, comes again.
  void start_over();
  // All that was written has arrived.
  void arrived();

  // How many blocks had to go.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  // Whether the block in front is half written: then it cannot go.
  [[nodiscard]] bool is_in_a_block() const { return offset_ > 0; }

 private:
  void make_room(std::size_t bytes);

  const std::size_t max_bytes_;
  std::deque<std::string> waiting_;
  std::deque<std::string> in_doubt_; // written, perhaps not arrived
  std::size_t bytes_ = 0;            // of both
  std::size_t offset_ = 0;           // into the block in front
  std::uint64_t dropped_ = 0;
};

} // namespace tempest::metrics
