// The verbs of the command, one a file. Making one costs nothing: no file is read, nothing is
// loaded before its `run` is called.
#pragma once

#include "cli/args/verb.hpp"

namespace tempest::cli {

[[nodiscard]] verb new_verb();
[[nodiscard]] verb build_verb();
[[nodiscard]] verb check_verb();
[[nodiscard]] verb run_verb(); // with the next ones as its children
[[nodiscard]] verb run_standalone_verb();
[[nodiscard]] verb run_topology_verb();
[[nodiscard]] verb run_task_verb();
[[nodiscard]] verb test_verb();
[[nodiscard]] verb status_verb();
[[nodiscard]] verb top_verb();
[[nodiscard]] verb log_level_verb();
[[nodiscard]] verb inflight_verb();
[[nodiscard]] verb errors_verb();
[[nodiscard]] verb tap_verb();
[[nodiscard]] verb pause_verb();
[[nodiscard]] verb resume_verb();
[[nodiscard]] verb drain_verb();
[[nodiscard]] verb stop_verb();
[[nodiscard]] verb dead_letters_verb(); // with the next ones as its children
[[nodiscard]] verb dead_letters_list_verb();
[[nodiscard]] verb dead_letters_show_verb();
[[nodiscard]] verb dead_letters_replay_verb();
[[nodiscard]] verb dead_letters_discard_verb();
[[nodiscard]] verb dead_letters_export_verb();
[[nodiscard]] verb sources_verb();
[[nodiscard]] verb sinks_verb();
[[nodiscard]] verb tasks_verb();
[[nodiscard]] verb metrics_verb(); // with the next one as its child
[[nodiscard]] verb metrics_list_verb();
[[nodiscard]] verb plugin_verb(); // with the next one as its child
[[nodiscard]] verb plugin_check_verb();

// `tempest` with all of them. `version_asked` belongs to the caller and outlives the verb.
[[nodiscard]] verb root_verb(bool& version_asked);

} // namespace tempest::cli
