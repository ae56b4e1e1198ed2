// One value of Topology.toml as the type that its option declares.
#pragma once

#include <tempest/abi.h>

#include <string>

#include "runtime/config/value.hpp"

namespace tempest::plugin {

// Puts what `given` says into `value`, or into `text` where the type is a kind of text. Empty when
// that worked; else what is wrong, to stand behind the option's name.
[[nodiscard]] std::string read_option(const tempest_option& option, const config::value& given,
                                      tempest_value& value, std::string& text);

} // namespace tempest::plugin
