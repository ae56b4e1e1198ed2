#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cli/commands/dead_letter_scan.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/service/dead_letter_replay.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using service::stored_entry;

struct replay_counts {
  std::uint64_t replayed = 0;
  std::uint64_t repeats = 0;  // further letters of these messages, removed with them
  std::uint64_t gone = 0;     // somebody else replayed or discarded them meanwhile
  std::uint64_t rejected = 0; // the source cannot take them
  std::uint64_t left = 0;     // of those gone, which are there again whenever it is looked
  bool failed = false;        // and all after it was not tried
  std::string reason;
};

constexpr int most_fruitless = 3;

class replayer {
 public:
  explicit replayer(letter_scan& scan) : scan_(scan), source_(scan.plan()) {}

  // Whether to look again at what was there at the beginning: others that take letters out of a
  // list move the rest about, so that some are passed over and some are not found. What was tried
  // is not tried once more, and a message that has died again since stays a letter.
  bool look_again() {
    const bool moved = std::exchange(moved_now_, 0) > 0;
    const bool missed = !gone_now_.empty();
    fruitless_ = moved ? 0 : fruitless_ + 1;
    if (counts_.failed || !(moved || missed) || fruitless_ > most_fruitless) {
      counts_.left = gone_now_.size();
      counts_.gone = gone_.size() - gone_now_.size();
      return false;
    }
    gone_now_.clear();
    for (const std::string& id : done_now_) tried_.add(id);
    done_now_.clear();
    done_ = {};
    again_ = true;
    return true;
  }

  // False: the broker does not take more now.
  bool take(const letter_scan::page& page) {
    letter_scan::page first;
    letter_scan::page repeats;
    recent_ids here;
    for (const stored_entry* one : page) {
      if (again_ && (tried_.has(one->id) || one->letter.last_ms > newest_ms_)) continue;
      newest_ms_ = std::max(newest_ms_, one->letter.last_ms);
      const bool is_repeat = done_.has(one->id) || !here.add(one->id);
      (is_repeat ? repeats : first).push_back(one);
    }
    std::vector<std::string> leaving;
    if (!first.empty()) put_back(first, leaving);
    for (const stored_entry* one : repeats) {
      // One that came since is no repeat: the message has died again.
      if (!done_.has(one->id) || one->letter.last_ms > begun_ms_) continue;
      ++counts_.repeats;
      leaving.push_back(one->stored_id);
    }
    remove(leaving);
    return !counts_.failed;
  }
  [[nodiscard]] const replay_counts& counts() const { return counts_; }

 private:
  void put_back(const letter_scan::page& letters, std::vector<std::string>& leaving) {
    const service::replay_outcome outcome = source_.put_back(letters);
    if (!outcome.reason.empty()) counts_.reason = outcome.reason; // a page that fails is the last
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const tempest_requeued result = outcome.results[i];
      if (result == TEMPEST_REQUEUED || result == TEMPEST_REQUEUE_MOVED) {
        ++counts_.replayed;
        done_.add(letters[i]->id);
        done_now_.push_back(letters[i]->id);
        gone_.erase(letters[i]->id);
      }
      if (result == TEMPEST_REQUEUE_MOVED) ++moved_now_;
      if (result == TEMPEST_REQUEUED) leaving.push_back(letters[i]->stored_id);
      if (result == TEMPEST_REQUEUE_GONE) {
        gone_.insert(letters[i]->id);
        gone_now_.insert(letters[i]->id);
      }
      if (result == TEMPEST_REQUEUE_REJECTED) {
        ++counts_.rejected;
        tried_.add(letters[i]->id);
      }
      if (result == TEMPEST_REQUEUE_FAILED) counts_.failed = true;
    }
  }

  // Their messages are at the source, so a letter that stays makes one of them come twice.
  void remove(const std::vector<std::string>& stored_ids) {
    try {
      scan_.store().erase(stored_ids);
    } catch (const base::failure& error) {
      throw base::failure(
          error.code(),
          fmt::format("{}\n{} replayed, and their letters are still there: discard them, or they "
                      "will be replayed again (tasks can tell by the header t-dead-letter)",
                      error.what(), counted(stored_ids.size(), "message")));
    }
  }

  letter_scan& scan_;
  service::dead_letter_replay source_;
  replay_counts counts_;
  recent_ids done_;                   // in this look
  recent_ids tried_;                  // in earlier ones
  std::vector<std::string> done_now_; // as done_
  std::set<std::string> gone_;
  std::set<std::string> gone_now_; // in this look
  std::uint64_t moved_now_ = 0;    // in this look
  int fruitless_ = 0;              // looks in a row that found some and moved none
  bool again_ = false;
  const std::int64_t begun_ms_ = base::calendar_ms();
  std::int64_t newest_ms_ = begun_ms_; // of what was there at the beginning
};

void print_text(const replay_counts& counts) {
  std::string text = fmt::format("replayed {}", counted(counts.replayed, "message"));
  if (counts.repeats > 0) {
    text += fmt::format("; removed {} of them", counted(counts.repeats, "repeated letter"));
  }
  if (counts.gone > 0) text += fmt::format("; {} gone meanwhile", grouped(counts.gone));
  if (counts.rejected > 0) text += fmt::format("; {} rejected", grouped(counts.rejected));
  print(text);
  if (counts.failed) {
    say_error(
        printable("the source takes no more now, the rest stays a dead letter: " + counts.reason));
  } else if (counts.left > 0) {
    say_error(fmt::format("{} still there, moved about by others that are at it: run it again",
                          counted(counts.left, "letter")));
  } else if (counts.rejected > 0) {
    say_error(printable("what was rejected stays a dead letter: " + counts.reason));
  }
}

int replay(const letter_flags& asked) {
  letter_selection wanted = letter_selection::explicit_only(asked, "replay");
  letter_scan scan(asked);
  scan.hold("replay");
  replayer work(scan);
  const auto look = [&] {
    scan.each_page(wanted, [&](const letter_scan::page& page) { return work.take(page); });
  };
  for (look(); work.look_again(); look()) scan.start_over();
  const replay_counts& counts = work.counts();
  if (asked.format == "json") {
    print_json({{"replayed", counts.replayed},
                {"repeats", counts.repeats},
                {"gone", counts.gone},
                {"left", counts.left},
                {"rejected", counts.rejected},
                {"complete", !counts.failed && counts.left == 0},
                {"reason", counts.reason}});
  } else {
    print_text(counts);
  }
  if (counts.failed) return static_cast<int>(exit_code::unavailable);
  const int code = scan.finish(wanted);
  return code == 0 && counts.rejected + counts.left > 0 ? static_cast<int>(exit_code::failure)
                                                        : code;
}

} // namespace

verb dead_letters_replay_verb() {
  auto asked = std::make_shared<letter_flags>();
  verb made;
  made.name = "replay";
  made.summary =
      "Puts messages back at the source, to go through the pipeline again, and removes their "
      "letters.";
  made.arguments = {{"ID", "As `list` prints them", &asked->ids},
                    {"--all", "All that the filters let through", &asked->all}};
  add_filter_arguments(made, *asked);
  made.examples = {{"tempest dead-letters replay 3fa94c1e2b77-d01e42aa9931", "one"},
                   {"tempest dead-letters replay --all --task split", "all of one task"},
                   {"tempest dead-letters replay --all --limit 10", "ten, to see how they fare"}};
  made.run = [asked] { return replay(*asked); };
  return made;
}

} // namespace tempest::cli
