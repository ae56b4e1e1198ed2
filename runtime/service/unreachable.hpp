// `tempest check --online`: what a checked topology needs and does not reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/service/assembly.hpp"

namespace tempest::service {

// Connects source, sinks and dead letters once, all at the same time; each that cannot be reached
// within `timeout_ms` is a line "source redis_stream: reason" in the result. A plugin that did not
// answer may still run: then leave the process by std::_Exit, and let `checked` live until that.
[[nodiscard]] std::vector<std::string> unreachable(const assembly& checked,
                                                   std::int64_t timeout_ms);

} // namespace tempest::service
