// A small world around one engine: a source, workers of this process and of others, and a writer of
// dead letters that misbehave by the throw of dice. After each step it compares the engine with the
// oracle.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "runtime/engine/engine.hpp"
#include "runtime/engine/quarantine.hpp"
#include "tests/simulation/oracle.hpp"
#include "tests/simulation/session.hpp"

namespace tempest::simulation {

class world {
 public:
  explicit world(std::uint64_t seed);
  // Runs that many random steps, then lets everything end. Stops at the first complaint.
  void run(std::uint64_t steps);
  [[nodiscard]] const std::string& complaint() const { return oracle_.complaint; }
  // Of all that the engine handed out and decided: equal for equal seeds (G8).
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  struct plan {
    engine::engine_settings engine;
    std::vector<task_plan> tasks;
  };
  struct held {
    tempest_delivery given;
    std::string id; // these three as they were when it was handed out
    std::string payload;
    std::string key;
    std::vector<base::chunk_ref> keep; // of what came over a session
    bool begun = false;
    engine::time_ns since = 0;
  };
  struct hands {
    std::uint32_t id = 0;
    std::uint32_t task = 0;
    std::uint64_t process = 0;
    std::vector<held> full;
    std::unique_ptr<session> over; // of a worker in another process
  };
  // Bytes in a chunk, as the source and the workers make them.
  struct placed {
    base::chunk_ref home;
    std::string_view payload;
    std::string_view id;
    const engine::metadata* meta = nullptr;
  };

  static plan make_plan(std::mt19937_64& dice);

  // world.cpp
  std::uint64_t below(std::uint64_t limit) { return dice_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  placed place(const std::string& payload, const std::string& id, const std::string& key);
  void step();
  void accept();
  [[nodiscard]] original next_message();
  void take(hands& worker);
  void take_suspects();
  [[nodiscard]] std::optional<engine::delivery_ref> take_suspect(hands& worker);
  void receive(hands& worker, const tempest_delivery& given,
               const std::vector<base::chunk_ref>& keep, bool suspect);
  void begin_some(hands& worker);
  void observe(hands& worker);
  void lose(std::uint64_t process, bool lost);
  void lose(hands& worker, bool lost);
  void restart_topology();
  [[nodiscard]] bool kills(const hands& worker, const held& one) const;
  void withdraw();
  void pass_time();
  void answer_letter(std::size_t index, bool written);
  void repeat_old_answer();
  void stop_or_resume();
  void drain();
  // reports.cpp
  void report(hands& worker, bool everything);
  void add_result(hands& worker, std::size_t index, engine::worker_report& made);
  void add_success(const hands& worker, const held& one, engine::worker_report& made,
                   engine::result& done);
  void forge(const hands& worker, engine::worker_report& made);
  // checks.cpp
  void expect(bool holds, const std::string& what);
  void check_bytes(const held& one);
  void check_batch(const std::vector<tempest_delivery>& out, std::size_t most, std::uint64_t bytes);
  void check_outcomes();
  void check_counts();
  void check_room();
  void check_service();
  void check_hands();
  void came_back(std::uint64_t token, tempest_outcome what);
  void check_alone(const hands& worker, bool suspect);
  void check_end();

  std::mt19937_64 dice_;
  plan plan_;
  base::chunk_pool pool_;
  base::chunk_writer writer_{pool_};
  std::unique_ptr<engine::engine> heart_;
  std::optional<engine::quarantine> quarantine_;
  oracle oracle_;
  std::vector<hands> workers_;
  std::deque<std::uint64_t> old_refs_; // no longer anybody's
  struct open_letter {
    engine::message_ref message;
    std::uint64_t token = 0;
    engine::dead_letter as_given;
    std::string payload;
  };
  std::vector<open_letter> letters_;
  std::vector<engine::message_ref> answered_;    // letters whose answer was given
  std::map<std::string, std::uint32_t> poison_;  // by id: the task whose process it kills
  std::map<std::string, unsigned> alone_losses_; // by id: how often its process was lost with it
  std::map<std::string, original> open_;         // by id: not settled for good
  std::vector<original> back_with_source_;       // to be handed over again
  engine::time_ns now_ = 1'000'000;
  std::uint64_t next_token_ = 1;
  std::uint64_t next_text_ = 1;
  std::uint32_t next_worker_ = 1;
  std::uint64_t next_process_ = 1;
  std::uint64_t steps_ = 0;
  std::uint64_t fingerprint_ = 0;
  bool stopped_ = false;
  bool calm_ = false; // nothing fails any more, so that all ends
};

} // namespace tempest::simulation
