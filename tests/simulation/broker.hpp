// The broker at the other end of the source: who has which message, and until when. It outlives the
// topology's process, shares messages out to others as well, and forgets nothing: what became of
// each is asked of it in the end.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/message.hpp"

namespace tempest::simulation {

struct broker_terms {
  nanoseconds lease = 0; // 0: what is handed over stays so
  bool keeps_failures = false;
};

class broker {
 public:
  enum class place : std::uint8_t {
    waits,
    handed,    // to the topology, as that knows or will know
    elsewhere, // another consumer took it over
    left,      // failed, and nobody gets it again
    gone,      // acknowledged by the topology
    gone_elsewhere,
  };
  struct record {
    original now; // its last hand-over to the topology
    place where = place::waits;
    nanoseconds lease_until = 0;
    ending how = ending::returned; // of the last hand-over that the broker heard the end of
    std::map<unsigned, unsigned> taken_back; // by life of the topology: how often
  };

  broker(broker_terms terms, std::mt19937_64& dice) : terms_(terms), dice_(dice) {}

  // A message that nobody was given yet. Ids are unique.
  void produce(const original& made);
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  // One of those that wait, whichever, under a new token.
  [[nodiscard]] original hand_over(std::uint64_t token, nanoseconds now);
  void extend(std::span<const std::uint64_t> tokens, nanoseconds now);
  // Takes back what was not renewed in time.
  void run_out(nanoseconds now);
  // Takes that back, in time or not; nothing when the topology does not have it.
  void take_back(std::uint64_t token);
  // What was taken back since the last call: the topology is to hear of it.
  [[nodiscard]] std::vector<std::uint64_t> lost() { return std::exchange(lost_, {}); }
  // Other consumers acknowledge what they took over, or give it back.
  void others_work();

  // The topology says so. Of what was taken back it comes too late, and changes nothing.
  void failed(std::uint64_t token, std::uint32_t failures);
  void settled(std::uint64_t token, ending how);
  // The topology's process was killed: what it had waits to be handed over again.
  void new_life();

  [[nodiscard]] unsigned life() const { return life_; }
  [[nodiscard]] const std::map<std::string, record>& records() const { return records_; }
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  [[nodiscard]] bool chance(unsigned percent) { return dice_() % 100 < percent; }
  void wait_again(record& one);
  record* end_of(std::uint64_t token);

  broker_terms terms_;
  std::mt19937_64& dice_;
  std::map<std::string, record> records_; // by id
  std::map<std::uint64_t, record*> handed_;
  std::vector<record*> waiting_;
  std::vector<record*> elsewhere_;
  std::vector<std::uint64_t> lost_;
  std::set<std::uint64_t> taken_back_; // in this life
  unsigned life_ = 1;
  std::string complaint_; // the first
};

} // namespace tempest::simulation
