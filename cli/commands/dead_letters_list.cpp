#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/dead_letter_scan.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;
using service::stored_letter;

constexpr std::uint64_t default_limit = 100;
constexpr std::size_t reason_bytes = 200;

// Letters of one message: the last one counts, and how many there are.
struct listed_letter {
  std::string id;
  stored_letter letter; // without payload and headers
  std::uint64_t letters = 0;
};

class listing {
 public:
  void add(const letter_scan::page& page) {
    for (const service::stored_entry* one : page) {
      const auto [at, is_new] = rows_by_id_.emplace(one->id, rows_.size());
      if (is_new) rows_.push_back({one->id, {}, 0});
      listed_letter& row = rows_[at->second];
      ++row.letters;
      if (!is_new && one->letter.last_ms < row.letter.last_ms) continue;
      row.letter = one->letter;
      row.letter.payload.clear();
      row.letter.headers.clear();
    }
  }
  [[nodiscard]] const std::vector<listed_letter>& rows() const { return rows_; }

 private:
  std::vector<listed_letter> rows_;
  std::map<std::string, std::size_t> rows_by_id_;
};

std::string reason_cell(const listed_letter& row) {
  std::string text = base::one_line(row.letter.reason.substr(0, reason_bytes));
  if (row.letter.reason.size() > reason_bytes) text += "...";
  if (row.letters > 1) text += fmt::format(" ({} letters of this message)", row.letters);
  return text;
}

void print_text(const listing& found, const letter_selection& wanted) {
  if (found.rows().empty()) return say("no dead letters");
  std::vector<std::vector<std::string>> rows;
  for (const listed_letter& row : found.rows()) {
    rows.push_back({base::one_line(row.id), base::one_line(row.letter.last_time),
                    base::one_line(row.letter.task), base::one_line(row.letter.outcome),
                    base::one_line(row.letter.message_id), grouped(row.letter.attempts),
                    reason_cell(row)});
  }
  print(table({{"ID"},
               {"WHEN"},
               {"TASK"},
               {"OUTCOME"},
               {"MESSAGE"},
               {"ATTEMPTS", align::right},
               {"REASON"}},
              rows, stdout_is_terminal() ? terminal_columns() : 0));
  if (wanted.is_cut()) {
    say(fmt::format("there are more than these {}; --limit N shows N",
                    counted(found.rows().size(), "letter")));
  }
}

void print_as_json(const listing& found, const letter_selection& wanted, const left_alone& passed) {
  ordered_json letters = ordered_json::array();
  for (const listed_letter& row : found.rows()) {
    letters.push_back({{"id", row.id},
                       {"last_time", row.letter.last_time},
                       {"first_time", row.letter.first_time},
                       {"task", row.letter.task},
                       {"outcome", row.letter.outcome},
                       {"message_id", row.letter.message_id},
                       {"attempts", row.letter.attempts},
                       {"deliveries", row.letter.deliveries},
                       {"reason", row.letter.reason},
                       {"letters", row.letters}});
  }
  print_json({{"dead_letters", std::move(letters)},
              {"more", wanted.is_cut()},
              {"no_letters", passed.foreign},
              {"of_other_topologies", passed.others}});
}

int list(const letter_flags& asked) {
  letter_selection wanted(asked);
  wanted.set_limit(default_limit);
  letter_scan scan(asked);
  listing found;
  scan.each_page(wanted, [&](const letter_scan::page& page) {
    found.add(page);
    return !wanted.is_cut();
  });
  if (asked.format == "json") {
    print_as_json(found, wanted, scan.passed_over());
  } else {
    print_text(found, wanted);
  }
  return scan.finish(wanted);
}

} // namespace

verb dead_letters_list_verb() {
  auto asked = std::make_shared<letter_flags>();
  verb made;
  made.name = "list";
  made.summary =
      "Lists the dead letters, oldest first: id, when, task, outcome, message, attempts, reason.";
  add_filter_arguments(made, *asked);
  made.examples = {{"tempest dead-letters list", "the first 100"},
                   {"tempest dead-letters list --task split --since 2h", ""},
                   {"tempest dead-letters list --reason timeout --format json", "for programs"}};
  made.run = [asked] { return list(*asked); };
  return made;
}

} // namespace tempest::cli
