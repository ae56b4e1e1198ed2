// One schedule: an engine, workers that misbehave, a source that takes things back, and the oracle
// beside them. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/engine/engine.hpp"
#include "tests/simulation/oracle.hpp"

namespace simulation {

class world {
 public:
  explicit world(std::uint64_t seed);

  // One random event, and what must hold after it. False when something is wrong: see fault().
  bool step();
  // Ends the schedule: everything is answered; nothing may be left.
  bool drain();
  [[nodiscard]] const std::string& fault() const { return fault_; }
  // Of all that the engine decided (G8).
  [[nodiscard]] std::uint64_t trace() const { return trace_; }

 private:
  struct in_hand {
    std::uint32_t worker = 0;
    std::uint64_t token = 0; // the engine's
    tempest_delivery seen{};
    held what;
    bool awaited = true; // false: timed out or withdrawn, its report will be late
  };

  void make_rules();
  void accept();
  void take();
  void report_one();
  void report(std::size_t index, tempest::engine::outcome what);
  void repeat_or_forge();
  void release();
  void time_out();
  void advance();
  void withdraw();
  void answer_letter();
  void give_back();
  bool check();
  void check_outcomes();
  void check_counts();
  void wrong(const std::string& what);
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }

  std::mt19937_64 dice_;
  rules rules_;
  std::uint64_t max_pending_ = 0;
  std::uint64_t max_bytes_ = 0;
  std::uint64_t max_retrying_ = 0;
  tempest::base::chunk_pool pool_;
  std::unique_ptr<tempest::base::chunk_writer> writer_;
  std::unique_ptr<tempest::engine::engine> engine_;
  std::unique_ptr<oracle> oracle_;
  tempest::engine::time_ns now_ = 1;
  std::uint64_t next_message_ = 1;
  std::vector<in_hand> hands_;
  std::vector<std::pair<std::uint32_t, std::uint64_t>>
      old_; // worker, engine token: reported before
  std::vector<std::pair<tempest::engine::message_ref, std::uint64_t>> letters_;
  bool stopped_ = false;
  std::string fault_;
  std::uint64_t trace_ = 14695981039346656037u;
};

} // namespace simulation
