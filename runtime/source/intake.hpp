// Copies what a source pushes into chunks: one copy a message, chunks filled across batches.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <string>

#include "runtime/base/chunk.hpp"
#include "runtime/engine/handover.hpp"

namespace tempest::source {

class intake {
 public:
  intake(base::chunk_pool& chunks, std::uint64_t max_message_bytes);

  // Appends the message to the batch. One over max_message_bytes is marked as refused; its bytes
  // are kept for the dead letters.
  void add(const tempest_source_message& message, engine::incoming_batch& batch);
  // Call when the batch has been handed over.
  void start_batch() { last_home_ = nullptr; }

 private:
  const engine::metadata* add_meta(const tempest_source_message& message, char*& at);

  base::chunk_writer writer_;
  const std::uint64_t max_message_bytes_;
  const std::string too_large_;
  base::chunk* last_home_ = nullptr;
};

} // namespace tempest::source
