#include "cli/commands/run_flags.hpp"

namespace tempest::cli {

std::vector<argument> run_arguments(run_flags& into) {
  return {{"--config", "A Topology.toml or its folder (default: the project here)", &into.config,
           "FILE"},
          {"--set", "Overrides a key of the file; may be repeated", &into.settings, "KEY=VALUE"},
          {"--duration", "Stop after that long (30s, 5m)", &into.duration, "D"},
          {"--stop-when-idle", "Stop when nothing is read, in flight or retrying for that long",
           &into.stop_when_idle, "D"},
          {"--report", "Write the numbers as one JSON object; - is standard output", &into.report,
           "FILE"},
          {"--log-level",
           "debug, info, warn, error or off",
           &into.log_level,
           "LEVEL",
           {"debug", "info", "warn", "error", "off"}},
          {"--log-format", "text or json", &into.log_format, "FORMAT", {"text", "json"}},
          {"--instance", "What its metrics name this process by (default: HOST-N, N counts from 0)",
           &into.instance, "NAME"}};
}

} // namespace tempest::cli
