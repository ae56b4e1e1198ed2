// What every `tempest run` takes.
#pragma once

#include <string>
#include <vector>

#include "cli/args/verb.hpp"

namespace tempest::cli {

struct run_flags {
  std::string config;
  std::vector<std::string> settings;
  optional_duration duration;
  optional_duration stop_when_idle;
  std::string report;
  std::string log_level = "info";
  std::string log_format = "text";
  std::string instance;
};

// Arguments that fill `into`, which outlives them.
[[nodiscard]] std::vector<argument> run_arguments(run_flags& into);

} // namespace tempest::cli
