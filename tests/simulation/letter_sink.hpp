// Where dead letters go, and all that may befall them there: refused, for a long while too, written
// but answered late and in another order, given back. What is written stays, whatever is killed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/handover.hpp"
#include "tests/simulation/message.hpp"

namespace tempest::simulation {

class letter_sink {
 public:
  struct written {
    unsigned life = 0; // of the topology
    std::string payload;
  };
  // By message and hand-over (its deliveries).
  using shelf = std::map<std::pair<std::string, std::uint32_t>, std::vector<written>>;
  struct answer {
    engine::message_ref message;
    std::uint64_t token = 0;
    bool is_written = false; // else it is given back
    bool intact = false;     // its bytes stayed what they were
  };

  letter_sink(unsigned breaks_percent, std::mt19937_64& dice)
      : breaks_percent_(breaks_percent), dice_(dice) {}

  void take(const engine::dead_letter& letter, std::uint64_t token);
  // Tries some of them, unless it is away.
  void write_some(unsigned life, nanoseconds now);
  // The end: what is not written will not be.
  void give_back();
  // Some answer that is due.
  [[nodiscard]] std::optional<answer> next_answer();

  void break_for_good() { away_until_ = -1; }
  void mend() { away_until_ = breaks_percent_ = 0; }
  // The topology's process was killed, and this end of the sink with it.
  void forget() { out_.clear(); }
  [[nodiscard]] const shelf& on_shelf() const { return shelf_; }

 private:
  enum class state : std::uint8_t { waits, written, given_back };
  struct letter {
    engine::dead_letter as_given;
    std::uint64_t token = 0;
    std::string payload; // these two as they were when it was given
    std::string id;
    state now = state::waits;
  };

  [[nodiscard]] bool chance(unsigned percent) { return dice_() % 100 < percent; }
  [[nodiscard]] bool is_away(nanoseconds now);

  unsigned breaks_percent_;
  std::mt19937_64& dice_;
  std::vector<letter> out_; // not answered
  shelf shelf_;
  nanoseconds away_until_ = 0; // -1: for ever
};

} // namespace tempest::simulation
