#include "cli/commands/verbs.hpp"

namespace tempest::cli {

verb root_verb(bool& version_asked) {
  verb made;
  made.name = "tempest";
  made.summary = "Builds and runs message-processing topologies.";
  made.children = {new_verb(),     build_verb(),  check_verb(),     run_verb(),
                   test_verb(),    status_verb(), top_verb(),       inflight_verb(),
                   errors_verb(),  tap_verb(),    pause_verb(),     resume_verb(),
                   drain_verb(),   stop_verb(),   log_level_verb(), dead_letters_verb(),
                   sources_verb(), sinks_verb(),  tasks_verb(),     metrics_verb(),
                   plugin_verb()};
  made.arguments = {{"--version", "Print the version and leave", &version_asked}};
  made.examples = {
      {"tempest new shop", "a project with tasks, tests and a source that needs no broker"},
      {"cd shop && tempest build", "compile its tasks"},
      {"tempest check", "find what is wrong without running"},
      {"tempest run standalone", "run it all in one process"},
      {"tempest status", "how it gets on"},
      {"tempest dead-letters list", "what could not be processed, and why"},
      {"tempest sources list", "what messages can come from"},
      {"tempest --version", ""}};
  return made;
}

} // namespace tempest::cli
