// `tempest check --online`: what a checked topology needs and does not reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/service/assembly.hpp"

namespace tempest::service {

struct out_of_reach {
  std::string what;                                    // "source redis_stream: reason"
  base::exit_code code = base::exit_code::unavailable; // what `run` would end with
};

// Connects source, sinks and dead letters once, all at the same time; each that cannot be reached
// within `timeout_ms` is in the result. A plugin that did not answer may still run: then leave the
// process by std::_Exit, and let `checked` live until that.
[[nodiscard]] std::vector<out_of_reach> unreachable(const assembly& checked,
                                                    std::int64_t timeout_ms);

} // namespace tempest::service
