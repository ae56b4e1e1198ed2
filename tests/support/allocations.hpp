// Replaces the global operator new of a test that links it, to count and to refuse.
#pragma once

#include <cstdint>

namespace tempest::test {

// How many there were so far.
[[nodiscard]] std::uint64_t allocations();

// While one lives, no thread gets memory: operator new throws std::bad_alloc.
class no_memory {
 public:
  no_memory();
  ~no_memory();
  no_memory(const no_memory&) = delete;
  no_memory& operator=(const no_memory&) = delete;
};

} // namespace tempest::test
