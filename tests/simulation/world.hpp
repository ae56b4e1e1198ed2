// A small world around one engine: a broker that shares its messages out to others too, workers of
// this process and of others, a sink of dead letters, all of which misbehave by the throw of dice.
// Now and then the topology's process is killed and begins a new life. After each step it compares
// the engine with the oracle.
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
#include "tests/simulation/broker.hpp"
#include "tests/simulation/letter_sink.hpp"
#include "tests/simulation/oracle.hpp"
#include "tests/simulation/plan.hpp"
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
  static constexpr engine::time_ns patience = 20'000'000; // of the quarantine

  struct held {
    tempest_delivery given;
    std::string id; // these three as they were when it was handed out
    std::string payload;
    std::string key;
    std::vector<base::chunk_ref> keep; // of what came over a session
    bool alone = false;                // handed out as a suspect
    bool begun = false;
    bool called_off = false; // its worker was told that it is of no use
    engine::time_ns since = 0;
  };
  struct hands {
    std::uint32_t id = 0;
    std::uint32_t task = 0;
    std::uint64_t process = 0;
    std::vector<held> full;
    std::unique_ptr<session> over; // of a worker in another process
  };
  // A delivery of an earlier life, in the hands of a process that outlived the topology's.
  struct ghost {
    std::uint32_t worker = 0;
    std::uint64_t ref = 0;
  };
  // What the source is told of, and how: it hears of it later, or never.
  struct word {
    std::uint64_t token = 0;
    std::optional<ending> how;  // settled so
    std::uint32_t failures = 0; // else: failed that often
  };
  // Bytes in a chunk, as the source and the workers make them.
  struct placed {
    base::chunk_ref home;
    std::string_view payload;
    std::string_view id;
    const engine::metadata* meta = nullptr;
  };

  // world.cpp
  std::uint64_t below(std::uint64_t limit) { return dice_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  void step();
  void rare_step();
  void pass_time();
  void stop_or_resume();
  void drain();
  // source.cpp
  placed place(const std::string& payload, const std::string& id, const std::string& key);
  void accept();
  void produce();
  void trouble_the_source();
  void talk_to_the_source();
  void tell_the_source(std::size_t words);
  void withdraw_lost();
  void renew_leases();
  // workers.cpp
  void take(hands& worker);
  void take_suspects();
  [[nodiscard]] std::optional<engine::delivery_ref> take_suspect(hands& worker);
  void begin(const hands& worker, held& one);
  void receive(hands& worker, const tempest_delivery& given,
               const std::vector<base::chunk_ref>& keep, bool suspect);
  void begin_some(hands& worker);
  void observe(hands& worker);
  void hang(const hands& worker);
  void lose(std::uint64_t process, bool lost);
  void lose(hands& worker, bool lost);
  [[nodiscard]] bool kills(const hands& worker, const held& one) const;
  // reports.cpp
  void report(hands& worker, bool everything);
  void add_result(hands& worker, std::size_t index, engine::worker_report& made);
  void add_success(const hands& worker, const held& one, engine::worker_report& made,
                   engine::result& done);
  void forge(const hands& worker, engine::worker_report& made);
  // letters.cpp
  void look_after_letters();
  void answer_letters(std::size_t most);
  void repeat_old_answers();
  // lives.cpp
  void restart_topology();
  void die(hands& worker);
  void begin_new_life();
  void haunt();
  // outcomes.cpp
  void check_outcomes();
  void check_settlements();
  void check_failures();
  void check_letters();
  // checks.cpp
  void expect(bool holds, const std::string& what);
  void check_bytes(const held& one);
  void check_batch(const std::vector<tempest_delivery>& out, std::size_t most, std::uint64_t bytes);
  void check_counts();
  void check_room();
  void check_service();
  void check_hands();
  void check_called_off();
  void check_alone(const hands& worker, bool suspect);
  // verdict.cpp
  void check_end();
  void check_known();
  void judge(const broker::record& one);
  void judge_letters();

  std::mt19937_64 dice_;
  plan plan_;
  base::chunk_pool pool_;
  base::chunk_writer writer_{pool_};
  broker broker_;
  letter_sink sink_;
  std::unique_ptr<engine::engine> heart_;
  std::optional<engine::quarantine> quarantine_;
  oracle oracle_;
  std::vector<hands> workers_;
  std::vector<ghost> ghosts_;
  std::deque<std::uint64_t> old_refs_;           // no longer anybody's
  std::deque<word> words_;                       // on their way to the source
  std::vector<engine::message_ref> answered_;    // letters whose answer was given
  std::map<std::string, std::uint32_t> poison_;  // by id: the task whose process it kills
  std::map<std::string, unsigned> alone_losses_; // by id: how often its process was lost with it
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
