// Key, headers and timestamp in one piece of a chunk: the struct first, then the headers, then
// their bytes.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>

#include "runtime/engine/handover.hpp"

namespace tempest::engine {

// Bytes of a key and of headers, names and values.
[[nodiscard]] inline std::uint64_t content_bytes(tempest_slice key, const tempest_header* headers,
                                                 std::size_t header_count) {
  std::uint64_t bytes = key.length;
  for (std::size_t i = 0; i < header_count; ++i) {
    bytes += headers[i].name.length + headers[i].value.length;
  }
  return bytes;
}

// How large a message is, for whatever is limited in bytes: its payload, key and headers.
[[nodiscard]] inline std::uint64_t message_bytes(std::string_view payload, const metadata* meta) {
  return payload.size() + (meta == nullptr ? 0 : meta->bytes);
}
[[nodiscard]] inline std::uint64_t message_bytes(const tempest_delivery& one) {
  return one.payload.length + content_bytes(one.key, one.headers, one.header_count);
}

// How many bytes place() needs.
[[nodiscard]] inline std::size_t placed_bytes(const metadata& meta) {
  return sizeof(metadata) + meta.header_count * sizeof(tempest_header) +
         content_bytes(meta.key, meta.headers, meta.header_count);
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
  const char* const content = at;
  for (std::uint32_t i = 0; i < from.header_count; ++i) {
    const tempest_slice name = place(at, from.headers[i].name);
    new (headers + i) tempest_header{name, place(at, from.headers[i].value)};
  }
  made->headers = headers;
  made->key = place(at, from.key);
  made->bytes = static_cast<std::uint64_t>(at - content);
  return made;
}

} // namespace tempest::engine
