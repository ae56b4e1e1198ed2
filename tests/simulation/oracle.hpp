// What should be: a second, naive opinion on who owes what for which message. It shares no code and
// no types with the engine: lists and maps, searched from end to end. Every event of the world is
// told to it as well; it answers what the engine must have done.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/message.hpp"

namespace tempest::simulation {

struct task_plan {
  std::vector<std::uint32_t> children;
  std::uint32_t attempts = 1;
  nanoseconds backoff = 0;
  nanoseconds max_backoff = 0;
  double jitter = 0;
  char exhausted = 'l'; // d dead letter, l leave, a ack, s stop
};

struct rules {
  std::vector<task_plan> tasks;
  std::uint32_t max_deliveries = 0;
  bool keeps_failures = false; // the source: then it is to be told of them
};

enum class place { waits, held, retries };

// One delivery that somebody owes.
struct debt {
  std::uint32_t task = 0;
  std::vector<std::uint32_t> path;
  std::string payload;
  std::string key;
  std::uint32_t attempt = 1;
  place where = place::waits;
  std::uint64_t ref = 0;    // while held
  nanoseconds earliest = 0; // of its next attempt
  nanoseconds latest = 0;
  bool perhaps_ready = false; // retries, and a tick fell between earliest and latest
  bool begun = false;         // a suspect: that was heard
  std::uint8_t unheard = 0;   // how often it was lost before that
  bool suspect = false;       // in hand when a process was lost; then it is handled alone
};

struct letter {
  std::uint64_t token = 0;
  std::string payload;
  std::string key;
  std::string reason;
  std::uint32_t task = 0;
  std::uint32_t attempts = 0;
};

struct emitted {
  std::string payload;
  std::string key;
};

struct task_counts {
  std::uint64_t inflow = 0, handled = 0, skipped = 0, outflow = 0, errors = 0, retries = 0;
};

class oracle {
 public:
  explicit oracle(rules given)
      : counts(given.tasks.size()),
        tasks_(std::move(given.tasks)),
        max_deliveries_(given.max_deliveries),
        keeps_failures_(given.keeps_failures) {}

  void accept(const original& message, const std::string& refused);
  // The engine handed this out; a complaint when nobody owes it.
  void take(std::uint32_t task, std::uint32_t worker, std::uint64_t ref, const std::string& id,
            std::uint32_t deliveries, const debt& seen);
  void succeed(std::uint32_t worker, std::uint64_t ref, const std::vector<emitted>& outputs);
  void skip(std::uint32_t worker, std::uint64_t ref);
  void give_back(std::uint32_t worker, std::uint64_t ref);
  void fail(std::uint32_t worker, std::uint64_t ref, bool rejected, const std::string& reason,
            nanoseconds now);
  void time_out(std::uint32_t worker, std::uint64_t ref, const std::string& reason,
                nanoseconds now);
  // Taken from a worker that hangs, as not begun.
  void take_away(std::uint32_t worker, std::uint64_t ref);
  // A suspect is begun, which is heard before.
  void begin_alone(std::uint64_t ref);
  void release(std::uint32_t worker, bool lost, nanoseconds now);
  void withdraw(std::uint64_t token);
  void tick(nanoseconds now);
  void stop();
  // Its process was killed: all that it holds is gone; what is known of suspects is not.
  void restart();
  void resume() { stopped_ = false; }
  // The letter of that message is written, or comes back.
  void answer_letter(std::uint64_t token, bool written);

  [[nodiscard]] std::size_t live() const { return messages_.size(); }
  [[nodiscard]] std::size_t debts() const; // orphans in workers' hands included
  [[nodiscard]] std::size_t waiting(std::uint32_t task, bool suspect, bool with_perhaps) const;
  // Whether somebody awaits that delivery still, and whether it is a suspect.
  [[nodiscard]] bool awaited(std::uint64_t ref) const;
  [[nodiscard]] bool suspected(std::uint64_t ref) const;
  [[nodiscard]] std::size_t retrying(bool with_perhaps) const;
  [[nodiscard]] nanoseconds latest_retry() const; // the earliest time by which one is due; 0: none
  [[nodiscard]] bool useless(std::uint64_t ref) const;
  [[nodiscard]] std::string id_of(std::uint64_t ref) const;     // empty for an orphan
  [[nodiscard]] std::vector<std::uint64_t> open_tokens() const; // ascending

  // What the engine must have said since the last look; the world clears them.
  std::map<std::uint64_t, ending> settlements;                     // by token
  std::multiset<std::pair<std::uint64_t, std::uint32_t>> failures; // token, how many
  std::map<std::pair<std::string, std::uint32_t>, letter> letters; // by id and deliveries
  std::vector<task_counts> counts;
  // Suspects of messages that are not here: by id and task, attempts used up.
  std::map<std::pair<std::string, std::uint32_t>, std::uint32_t> known;
  std::set<std::string> left; // ids that failed, and did not end well since
  std::uint64_t late = 0;
  bool stopping = false; // a message failed whose policy is to stop
  std::string complaint; // the first

 private:
  // Hand-overs; those that failed are none while some task has attempts left.
  [[nodiscard]] bool too_many(const original& from) const;
  enum class state { running, failed, going_back, letter_out };
  struct message {
    original from;
    std::uint32_t failures = 0; // those before included
    std::vector<debt> owed;
    state now = state::running;
    bool suspected = false; // something was known of it when it came
    bool withdrawn = false;
    letter why;
    char action = 'l';
  };
  struct holder {
    std::uint32_t worker = 0;
    std::uint32_t task = 0;
    std::uint64_t token = 0;
    bool orphan = false;    // nobody awaits it
    bool uncounted = false; // its hand-out is not in the inflow any more
  };

  void complain(const std::string& what) {
    if (complaint.empty()) complaint = what;
  }
  // Takes a report: the token of the message and its debt out of the holder's hands.
  bool let_go(std::uint32_t worker, std::uint64_t ref, std::uint64_t& token, debt& was);
  void enter_failure(message& one, debt was, bool final, const std::string& reason,
                     nanoseconds now);
  void give_up(message& one, char action, letter why);
  void count_failure(message& one, std::uint32_t failures);
  void requeue(message& one, debt was);
  void know(const message& one, const debt& was);
  void begin(const message& of, debt& made);
  [[nodiscard]] bool worn_out(message& one);
  void keep_held(message& one);
  void conclude(std::uint64_t token);
  void settle(std::uint64_t token, ending how);
  static bool any_held(const message& one);

  std::vector<task_plan> tasks_;
  std::uint32_t max_deliveries_;
  bool keeps_failures_;
  std::map<std::uint64_t, message> messages_;
  std::map<std::uint64_t, holder> holders_;
  std::set<std::uint64_t> refs_ever_;
  bool stopped_ = false;
};

} // namespace tempest::simulation
