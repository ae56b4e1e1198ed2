// Key, headers and timestamp in one piece of a chunk: the struct first, then the headers, then
// their bytes.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

#include "runtime/engine/handover.hpp"

namespace tempest::engine {

// How many bytes place() needs.
[[nodiscard]] inline std::size_t bytes_of(const metadata& meta) {
  std::size_t bytes = sizeof(metadata) + meta.key.length;
  for (std::uint32_t i = 0; i < meta.header_count; ++i) {
    bytes += sizeof(tempest_header) + meta.headers[i].name.length + meta.headers[i].value.length;
  }
  return bytes;
}

// Copies a slice to `at`, which moves behind it. What is absent stays absent.
[[nodiscard]] inline tempest_slice place(char*& at, tempest_slice from) {
  if (from.data == nullptr) return {};
  if (from.length > 0) std::memcpy(at, from.data, from.length);
  const tempest_slice placed{at, from.length};
  at += from.length;
  return placed;
}

// Copies metadata to `at`, which is aligned to 8 bytes, and moves `at` behind it.
[[nodiscard]] inline const metadata* place(char*& at, const metadata& from) {
  auto* const made = new (at) metadata(from);
  at += sizeof(metadata);
  auto* const headers = reinterpret_cast<tempest_header*>(at);
  at += from.header_count * sizeof(tempest_header);
  for (std::uint32_t i = 0; i < from.header_count; ++i) {
    const tempest_slice name = place(at, from.headers[i].name);
    new (headers + i) tempest_header{name, place(at, from.headers[i].value)};
  }
  made->headers = headers;
  made->key = place(at, from.key);
  return made;
}

} // namespace tempest::engine
