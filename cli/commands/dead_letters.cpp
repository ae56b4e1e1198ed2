#include "cli/commands/verbs.hpp"

namespace tempest::cli {

verb dead_letters_verb() {
  verb made;
  made.name = "dead-letters";
  made.summary = "Lists, shows, replays, discards and exports what could not be processed.";
  made.children = {dead_letters_list_verb(), dead_letters_show_verb(), dead_letters_replay_verb(),
                   dead_letters_discard_verb(), dead_letters_export_verb()};
  made.examples = {{"tempest dead-letters list", "what failed, where and why"},
                   {"tempest dead-letters replay --all", "once the reason is gone: try again"}};
  return made;
}

} // namespace tempest::cli
