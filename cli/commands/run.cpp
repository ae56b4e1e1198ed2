#include "cli/commands/verbs.hpp"

namespace tempest::cli {

verb run_verb() {
  verb made;
  made.name = "run";
  made.summary = "Runs a topology.";
  made.children = {run_standalone_verb(), run_topology_verb(), run_task_verb()};
  made.examples = {{"tempest run standalone", "all in one process"},
                   {"tempest run topology", "source and engine; task processes connect to it"},
                   {"tempest run task split", "workers of one task, for a topology elsewhere"}};
  return made;
}

} // namespace tempest::cli
