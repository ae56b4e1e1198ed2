// A name for bytes, of 64 bits. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace file_lines {

// FNV-1a, and then mixed so that each digit depends on each byte. Written to files: it stays.
[[nodiscard]] inline std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdU;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53U;
  return hash ^ (hash >> 33);
}

} // namespace file_lines
