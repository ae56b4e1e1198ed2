// Suspects from life to life: what the last process left in its table begins as suspect in this
// one, and what is suspect now is in the table for the next.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/engine/engine.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/begun_table.hpp"

namespace tempest::service {

// The table of a run of `plan`, whose complaints are logged. nullptr: the source does not hand
// messages over again, or there can be none, which is logged.
[[nodiscard]] std::unique_ptr<begun_table> begun_table_of(const assembly& plan);

// The engine's thread.
class suspect_book {
 public:
  // `table` outlives it; nullptr: nothing is known or kept.
  explicit suspect_book(begun_table* table) : table_(table) {}

  void start(engine::engine& engine);
  // These have ended: what they were charged is kept until the source has confirmed that.
  void ended(std::span<const engine::ended_suspect> those);
  void confirmed(std::span<const std::uint64_t> tokens);
  [[nodiscard]] bool awaits_ends() const { return !ended_.empty(); }
  // Writes down what is suspect, when that has changed as far as the engine's version of it tells.
  void keep_changes(const engine::engine& engine);
  // The same, and when there are suspects in other processes, or were.
  void keep(const engine::engine& engine);

 private:
  void write(const engine::engine& engine);

  begun_table* const table_;
  std::uint64_t version_ = 0; // of what is written down
  std::vector<engine::suspicion> here_;
  std::vector<engine::ended_suspect> ended_; // not confirmed yet
  bool is_news_ = false;                     // of those
};

} // namespace tempest::service
