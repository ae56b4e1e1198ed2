// What the system says of an address, in words: what is wrong and what to do. For this room alone.
#pragma once

#include <string>
#include <system_error>

#include "runtime/net/address.hpp"

namespace tempest::net {

// Why nobody can listen there.
[[nodiscard]] std::string listen_words(const address& where, std::error_code why);
// Why nobody can be accepted now; without free descriptors, how many there may be.
[[nodiscard]] std::string accept_words(std::error_code why);
// Why nobody is reached there.
[[nodiscard]] std::string dial_words(const address& where, std::error_code why);

} // namespace tempest::net
