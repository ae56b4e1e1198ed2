// What the verbs of `tempest dead-letters` have in common: which letters are meant, and the walk
// through the store.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/args/verb.hpp"
#include "runtime/service/dead_letter_hold.hpp"
#include "runtime/service/dead_letter_store.hpp"

namespace tempest::cli {

struct letter_flags {
  std::string config;
  std::vector<std::string> settings;
  std::string task;
  std::string reason;
  std::string since;
  std::string limit;
  std::string format = "text";
  std::vector<std::string> ids;
  bool all = false;
};

// --format, --config and --set.
void add_common_arguments(verb& to, letter_flags& into);
// --task, --reason, --since and --limit; and those.
void add_filter_arguments(verb& to, letter_flags& into);

// The ids that came last, so many that memory stays bounded.
class recent_ids {
 public:
  // Whether it is new.
  bool add(const std::string& id);
  [[nodiscard]] bool has(const std::string& id) const { return known_.count(id) > 0; }

 private:
  std::set<std::string> known_;
  std::deque<std::set<std::string>::const_iterator> order_;
};

// Which letters are meant.
class letter_selection {
 public:
  // Throws base::failure(usage) for flags that make no sense.
  explicit letter_selection(const letter_flags& asked);
  // The same, for commands that change something: explicit ids or --all, not both.
  [[nodiscard]] static letter_selection explicit_only(const letter_flags& asked, const char* verb);

  // Beyond the limit only letters of ids that were admitted before: repeats belong to them.
  [[nodiscard]] bool admits(const service::stored_entry& letter);
  [[nodiscard]] bool names(const std::string& id) const { return ids_.count(id) > 0; }
  // A letter was left out because the limit was reached.
  [[nodiscard]] bool is_cut() const { return cut_; }
  // Of explicit ids, those that admitted nothing.
  [[nodiscard]] const std::set<std::string>& missing() const { return missing_; }
  void found(const std::string& id) { missing_.erase(id); }
  void set_limit(std::uint64_t most) {
    if (!limit_) limit_ = most;
  }

 private:
  std::set<std::string> ids_;
  std::set<std::string> missing_;
  std::string task_;
  std::string reason_;
  std::optional<std::int64_t> since_ms_;
  std::optional<std::uint64_t> limit_;
  std::uint64_t admitted_ = 0;
  bool cut_ = false;
  recent_ids taken_;
};

// Something in the store that is no dead letter of this topology.
struct left_alone {
  std::uint64_t foreign = 0; // no letters
  std::uint64_t others = 0;  // letters of other topologies
};

class letter_scan {
 public:
  // Reads Topology.toml and makes the folder of it the current one. Throws base::failure.
  explicit letter_scan(const letter_flags& asked);

  [[nodiscard]] const service::assembly& plan() const { return plan_; }
  [[nodiscard]] service::dead_letter_store& store() { return *store_; }
  [[nodiscard]] const left_alone& passed_over() const { return passed_; }

  using page = std::vector<const service::stored_entry*>;
  // Calls `take` with the letters of each page that the selection admits, until it returns false.
  // What is no letter is named on standard error, the first few.
  void each_page(letter_selection& wanted, const std::function<bool(const page&)>& take);
  // The next each_page() begins at the oldest again, and names nothing once more.
  void start_over();
  // Keeps other commands that change the store away until the end, before anything is read: `verb`
  // is what they are told. Throws base::failure(unavailable) when one is at work.
  void hold(const char* verb) { hold_.emplace(plan_.settings, verb); }
  // What is no letter, when the selection names it, is handed to `take`, too.
  void hand_out_foreign() { foreign_too_ = true; }
  // Says on standard error what was passed over. Returns 66 when an id was not found, else 0.
  [[nodiscard]] int finish(const letter_selection& wanted) const;

 private:
  [[nodiscard]] bool concerns(const service::stored_entry& entry, letter_selection& wanted);

  service::assembly plan_;
  std::optional<service::dead_letter_hold> hold_;
  std::optional<service::dead_letter_store> store_;
  left_alone passed_;
  bool foreign_too_ = false;
  bool named_ = false;
};

} // namespace tempest::cli
