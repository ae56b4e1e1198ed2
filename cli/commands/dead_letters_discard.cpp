#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/dead_letter_scan.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"

namespace tempest::cli {
namespace {

int discard(const letter_flags& asked) {
  letter_selection wanted = letter_selection::explicit_only(asked, "discard");
  letter_scan scan(asked);
  scan.hold("discard");
  scan.hand_out_foreign(); // a line that is no letter can be got rid of by its name
  std::uint64_t discarded = 0;
  scan.each_page(wanted, [&](const letter_scan::page& page) {
    std::vector<std::string> ids;
    for (const service::stored_entry* one : page) ids.push_back(one->stored_id);
    discarded += scan.store().erase(ids);
    return true;
  });
  if (asked.format == "json") {
    print_json({{"discarded", discarded}});
  } else {
    print(fmt::format("discarded {}", counted(discarded, "letter")));
  }
  return scan.finish(wanted);
}

} // namespace

verb dead_letters_discard_verb() {
  auto asked = std::make_shared<letter_flags>();
  verb made;
  made.name = "discard";
  made.summary = "Deletes dead letters and their messages for good.";
  made.arguments = {{"ID", "As `list` prints them", &asked->ids},
                    {"--all", "All that the filters let through", &asked->all}};
  add_filter_arguments(made, *asked);
  made.examples = {{"tempest dead-letters discard 3fa94c1e2b77-d01e42aa9931", ""},
                   {"tempest dead-letters discard --all --reason 'no such customer'",
                    "nothing is asked; export first what may be needed"}};
  made.run = [asked] { return discard(*asked); };
  return made;
}

} // namespace tempest::cli
