// Which chunks the engine keeps alive, counted by their capacity (G5). The engine counts its own
// holds without atomics and owns one shared reference as long as it has any.
#pragma once

#include <cstdint>

#include "runtime/base/chunk.hpp"

namespace tempest::engine {

class chunk_holds {
 public:
  // nullptr (bytes that outlive the engine) is held for free.
  void hold(base::chunk* chunk) {
    if (chunk == nullptr || chunk->held++ != 0) return;
    bytes_ += chunk->capacity;
    chunk->refs.fetch_add(1, std::memory_order_relaxed);
  }
  void drop(base::chunk* chunk) {
    if (chunk == nullptr || --chunk->held != 0) return;
    bytes_ -= chunk->capacity;
    base::chunk_ref::adopt(chunk).reset();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

} // namespace tempest::engine
