// What a tap has seen, on its way from the run's thread to the client: in a buffer of fixed size,
// for which the run never waits.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "runtime/admin/answer_stream.hpp"
#include "runtime/admin/tap.hpp"

namespace tempest::admin {

class tap_stream final : public answer_stream {
 public:
  explicit tap_stream(tap_place where) : where_(std::move(where)) {}

  // --- [the run's thread]
  // Takes what it has room for; `fresh` is empty then. `passed`: how many there were so far.
  void put(std::vector<tap_event>& fresh, std::uint64_t passed);
  // Nothing more comes, for that reason.
  void end(std::string reason);
  // How many it has taken.
  [[nodiscard]] std::uint64_t shown() const;
  [[nodiscard]] const tap_place& where() const { return where_; }

  // --- answer_stream [the server's thread]
  std::string next() override;
  std::string sign_of_life() override;
  [[nodiscard]] bool is_over() override;
  void when_ready(std::function<void()> ready) override;

 private:
  [[nodiscard]] bool has_some() const { return !waiting_.empty() || (end_ && !end_told_); }
  void take_some(std::vector<tap_event>& into);

  const tap_place where_;
  std::uint64_t told_ = 0;   // of those that passed, as the client knows; the server's thread
  mutable std::mutex mutex_; // of what follows; held for moments, by either side
  std::deque<tap_event> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t shown_ = 0;
  std::optional<std::string> end_;
  bool end_told_ = false;
  std::function<void()> ready_;
};

} // namespace tempest::admin
