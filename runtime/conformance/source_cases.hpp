// The cases of a source; each takes place at a site of its own.
#pragma once

#include <string>

#include "runtime/conformance/site.hpp"

namespace tempest::conformance {

std::string source_settles(site& at);
std::string source_redelivers(site& at);
std::string source_withdraws(site& at);
std::string source_renews(site& at);
std::string source_survives_restart(site& at);
std::string source_survives_cut(site& at);
std::string source_survives_silence(site& at);
std::string source_tells_health(site& at);
std::string source_keeps_limits(site& at);
std::string source_keeps_deadline(site& at);
std::string source_obeys_interrupt(site& at);
std::string source_idles(site& at);
std::string source_bounds_memory(site& at);
std::string source_stops(site& at);
std::string source_leaves_nothing(site& at);

} // namespace tempest::conformance
