// Copies what a source pushes into chunks, once, laid out for the engine.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <string>

#include "runtime/base/chunk.hpp"
#include "runtime/engine/handover.hpp"

namespace tempest::source {

// One thread.
class message_copier {
 public:
  // A message above the limit is taken with its bytes and marked as refused: it ends by policy,
  // never silently. The copier outlives the engine, which points to that reason.
  message_copier(base::chunk_pool& chunks, std::uint64_t max_message_bytes);

  // Throws std::bad_alloc: then it has not taken it.
  void add(const tempest_source_message& message);
  [[nodiscard]] engine::incoming_batch& batch() { return batch_; }
  // Bytes of the messages in the batch.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  // Call once the batch was handed over.
  void left();

 private:
  void hold(base::chunk* chunk);

  base::chunk_writer writer_;
  const std::uint64_t max_message_bytes_;
  const std::string too_large_;
  engine::incoming_batch batch_;
  base::chunk* last_chunk_ = nullptr; // of the batch
  std::uint64_t bytes_ = 0;
};

} // namespace tempest::source
