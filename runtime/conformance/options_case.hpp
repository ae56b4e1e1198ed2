// Options of sources and sinks alike.
#pragma once

#include <string>

#include "runtime/conformance/site.hpp"

namespace tempest::conformance {

std::string options_hold(site& at);

} // namespace tempest::conformance
