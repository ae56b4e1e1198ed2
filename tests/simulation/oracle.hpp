// What must be true of the engine, worked out in another way: messages as lists of owed deliveries,
// searched and counted without any of the engine's structures.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace simulation {

using time_ns = std::int64_t;

enum class action { dead_letter, leave, ack, stop };
enum class ending { ack, fail, give_back, letter };

struct task_rules {
  std::vector<std::uint32_t> children;
  std::uint32_t attempts = 1;
  time_ns backoff = 0;
  time_ns max_backoff = 0;
  action on_exhausted = action::leave;
};

struct rules {
  std::vector<task_rules> tasks;
  std::uint32_t root = 0;
  std::uint32_t max_deliveries = 20;
};

// One delivery that is owed and in nobody's hands.
struct waiting {
  std::uint32_t task = 0;
  std::vector<std::uint32_t> path;
  std::uint32_t attempt = 1;
  std::string payload;
  bool in_heap = false;
  time_ns due = 0;
};

// One delivery in a worker's hands.
struct held {
  std::uint64_t message = 0;
  waiting what;
};

class oracle {
 public:
  explicit oracle(rules given) : rules_(std::move(given)) {}

  void accept(std::uint64_t message, std::uint32_t deliveries, bool refused, std::string payload);
  // A delivery was handed out: says what is wrong with that, or nothing.
  [[nodiscard]] std::string take(std::uint64_t message, const waiting& seen);
  void succeed(const held& done, const std::vector<std::string>& outputs);
  void skip(const held& done);
  void fail(const held& done, bool rejected, time_ns now);
  void give_back(const held& unbegun);
  void withdraw(std::uint64_t message);
  void tick(time_ns now);
  void stop();
  void letter_done(std::uint64_t message, bool written);

  // What must have come out since the last call.
  [[nodiscard]] std::multiset<std::pair<std::uint64_t, ending>> take_expected() {
    return std::move(expected_);
  }
  [[nodiscard]] bool is_open(std::uint64_t message) const { return messages_.contains(message); }
  [[nodiscard]] bool is_useless(std::uint64_t message) const;
  [[nodiscard]] std::size_t open() const { return messages_.size(); }
  [[nodiscard]] std::size_t retrying() const;
  [[nodiscard]] std::size_t queued(std::uint32_t task) const;
  [[nodiscard]] std::vector<std::uint64_t> open_messages() const;

 private:
  enum class state { running, failed, going_back, letter };
  struct open_message {
    state is = state::running;
    action then = action::leave;
    std::size_t held = 0;
    std::vector<waiting> waits;
  };

  void finish_if_done(std::uint64_t id);
  void fail_for_good(std::uint64_t id, action then);

  rules rules_;
  bool stopped_ = false;
  std::map<std::uint64_t, open_message> messages_;
  std::multiset<std::pair<std::uint64_t, ending>> expected_;
};

} // namespace simulation
