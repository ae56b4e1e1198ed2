// Settlements on their way to the broker: what the source has still to be told, and what it was
// told and has not confirmed.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::source {

// Takes out of `settlements` what is about one of `lost`.
void erase_lost(std::vector<engine::settlement>& settlements, std::span<const std::uint64_t> lost);

// One thread.
class unsettled {
 public:
  void add(std::span<const engine::settlement> added);
  // The source could not settle these now: they are due again after a pause that grows.
  void again(const std::uint64_t* tokens, std::size_t count, std::uint32_t outcome,
             std::int64_t now_ns);
  // `count` settlements were answered for good.
  void answered(std::size_t count);
  // The source lost these: whatever waits to be told about them is dropped.
  void forget(const std::uint64_t* tokens, std::size_t count);

  // Moves what is due to tokens() and outcomes(), in rows for the plugin's settle.
  [[nodiscard]] bool prepare(std::int64_t now_ns);
  [[nodiscard]] const std::vector<std::uint64_t>& tokens() const { return tokens_; }
  [[nodiscard]] const std::vector<std::uint8_t>& outcomes() const { return outcomes_; }
  // Those were told to the source. Call before it can answer.
  void told() { told_ += tokens_.size(); }

  [[nodiscard]] std::size_t to_tell() const { return fresh_.size() + late_.size(); }
  [[nodiscard]] std::size_t told_count() const { return told_; }
  // When the next one is due; only while to_tell() > 0.
  [[nodiscard]] std::int64_t next_due_ns() const { return fresh_.empty() ? late_due_ns_ : 0; }

 private:
  std::vector<engine::settlement> fresh_;
  std::vector<engine::settlement> late_; // to be told again
  std::int64_t late_due_ns_ = 0;
  std::int64_t pause_ns_ = 0; // of the last retry; 0: the source answers well
  std::vector<std::uint64_t> tokens_;
  std::vector<std::uint8_t> outcomes_;
  std::size_t told_ = 0; // and not answered
};

} // namespace tempest::source
