#include "runtime/conformance/source_cases.hpp"

#include "runtime/conformance/case.hpp"
#include "runtime/conformance/options_case.hpp"

namespace tempest::conformance {

const std::vector<conformance_case>& source_cases() {
  static const std::vector<conformance_case> cases = {
      {"options",
       "each option at its limits, missing and wrong, and `wrong`; creation without network",
       options_hold},
      {"settle", "acknowledges some, fails some, gives some back; a second instance reads after it",
       source_settles},
      {"redeliver", "killed with some acknowledged; a second instance reads", source_redelivers},
      {"withdraw",
       "paused beyond its lease, while a second instance takes over; then it acknowledges some "
       "late and renews the rest",
       source_withdraws},
      {"lease", "holds messages for three leases and renews them, while a second instance reads",
       source_renews},
      {"restart", "the broker is started anew under it", source_survives_restart},
      {"cut", "its connections are reset", source_survives_cut},
      {"silence", "its connections stay open and pass nothing any more", source_survives_silence},
      {"health", "idle, then without its broker, then with it again", source_tells_health},
      {"limits", "polls of few messages and few bytes", source_keeps_limits},
      {"deadline", "polls while there is nothing", source_keeps_deadline},
      {"interrupt", "ends a poll that waits, the next one, and a connect that waits",
       source_obeys_interrupt},
      {"idle", "a second of polls while there is nothing", source_idles},
      {"memory", "many messages, then few of a large backlog", source_bounds_memory},
      {"stop", "closes with messages open, with its broker and with one that is silent",
       source_stops},
      {"leftovers", "threads, files and memory after instances that were used, unused and refused",
       source_leaves_nothing},
  };
  return cases;
}

} // namespace tempest::conformance
