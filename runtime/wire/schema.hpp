// The generated schema, and its flags. For this room alone.
#pragma once

#include <wire_generated.h>

namespace tempest::wire {

inline constexpr std::uint32_t has_key = 1;
inline constexpr std::uint32_t is_alone = 2; // of a delivery
inline constexpr std::uint32_t replaces = 2;
inline constexpr std::uint32_t forwards = 4;

} // namespace tempest::wire
