// Whether what a library describes can be used. Pure.
#pragma once

#include <tempest/abi.h>

#include <string>

namespace tempest::plugin {

// Why not, in one sentence; empty when it can. A descriptor of an unknown kind is no reason: it is
// passed over. Trusts sizes as written by the library, and reads nothing beyond them.
[[nodiscard]] std::string incompatibility(const tempest_library* library);

// Whether this version knows the kind.
[[nodiscard]] bool is_known_kind(std::uint32_t kind);

// "task", "source", "sink", "topology".
[[nodiscard]] const char* kind_name(std::uint32_t kind);

} // namespace tempest::plugin
