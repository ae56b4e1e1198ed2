#include "runtime/conformance/sink_cases.hpp"

#include "runtime/conformance/case.hpp"
#include "runtime/conformance/options_case.hpp"

namespace tempest::conformance {

const std::vector<conformance_case>& sink_cases() {
  static const std::vector<conformance_case> cases = {
      {"options",
       "each option at its limits, missing and wrong, and `wrong`; creation without network",
       options_hold},
      {"write", "messages are written and read back", sink_writes},
      {"bytes", "payloads that are empty, small, odd, binary and large, with key and header",
       sink_bears_any_bytes},
      {"crash", "killed once it has flushed", sink_keeps_what_it_confirmed},
      {"restart", "the broker is started anew under it", sink_survives_restart},
      {"cut", "its connections are reset", sink_survives_cut},
      {"silence", "its connections stay open and pass nothing any more", sink_survives_silence},
      {"health", "idle, then without its broker, then with it again", sink_tells_health},
      {"browse", "what it holds is shown page by page and erased", sink_browses},
      {"memory", "many messages", sink_bounds_memory},
      {"stop",
       "closes with messages that are not flushed, with its broker and with one that is "
       "silent",
       sink_stops},
      {"leftovers", "threads, files and memory after instances that were used, unused and refused",
       sink_leaves_nothing},
  };
  return cases;
}

} // namespace tempest::conformance
