// Messages become bodies of frames.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "runtime/wire/messages.hpp"

namespace tempest::wire {

// One thread. Its buffer is used again, so that steady state allocates nothing. Each result is
// valid until the next call and aligned to 8 bytes.
class encoder {
 public:
  encoder();
  ~encoder();
  encoder(const encoder&) = delete;
  encoder& operator=(const encoder&) = delete;

  using body = std::span<const char>;
  [[nodiscard]] body encode(const hello& said);
  [[nodiscard]] body encode(const welcome& said);
  [[nodiscard]] body encode(const refusal& said);
  [[nodiscard]] body encode(const credit& said);
  [[nodiscard]] body encode(const cancel& said);
  [[nodiscard]] body encode(const heartbeat& said);
  [[nodiscard]] body encode(const goodbye& said);

  // A part of a batch that fits a body.
  struct part {
    body bytes;
    std::size_t count = 0; // deliveries, or results; 0: the first alone is too large
  };
  // As many deliveries, from the first on, as make a body of at most `max_bytes`, padded by
  // append_frame or not.
  [[nodiscard]] part encode(const deliver& said, std::size_t max_bytes);
  // As many results, with their outputs and reasons, from `first` on.
  [[nodiscard]] part encode(const report& said, std::size_t first, std::size_t max_bytes);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace tempest::wire
