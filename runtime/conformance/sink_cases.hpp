// The cases of a sink; each takes place at a site of its own.
#pragma once

#include <string>

#include "runtime/conformance/site.hpp"

namespace tempest::conformance {

std::string sink_writes(site& at);
std::string sink_bears_any_bytes(site& at);
std::string sink_keeps_what_it_confirmed(site& at);
std::string sink_survives_restart(site& at);
std::string sink_survives_cut(site& at);
std::string sink_survives_silence(site& at);
std::string sink_tells_health(site& at);
std::string sink_browses(site& at);
std::string sink_bounds_memory(site& at);
std::string sink_stops(site& at);
std::string sink_leaves_nothing(site& at);

} // namespace tempest::conformance
