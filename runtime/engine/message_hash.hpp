// What a message's id is remembered by where there is room for a few bytes only.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace tempest::engine {

// XXH3, 64 bits: the same for the same id in every process of one version of Tempest. Any thread.
[[nodiscard]] inline std::uint64_t hash_of(std::string_view message_id) {
  return XXH3_64bits(message_id.data(), message_id.size());
}

} // namespace tempest::engine
