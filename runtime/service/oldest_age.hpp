// How long ago the oldest message in flight was read. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/engine/engine.hpp"

namespace tempest::service {

class oldest_age {
 public:
  // To be called now and then. Looks for the oldest again when the one found last has ended, and
  // at most once a second: among hundreds of thousands that takes a while, and pushes what is
  // worked on out of the caches.
  void look(const engine::engine& engine, std::int64_t now_ns) {
    if (found_ && engine.is_in_flight(found_->message)) {
      ns_ = now_ns - found_->accepted;
    } else if (now_ns >= next_search_ns_) {
      found_ = engine.oldest();
      ns_ = found_ ? now_ns - found_->accepted : 0;
      if (found_) next_search_ns_ = now_ns + search_every_ns;
    } else if (engine.in_flight() == 0) {
      ns_ = 0;
    }
  }

  // As of the last look, or of the one a second before: then one that is younger is the oldest.
  [[nodiscard]] std::int64_t ns() const { return ns_; }

 private:
  static constexpr std::int64_t search_every_ns = 1'000'000'000;

  std::optional<engine::oldest_message> found_;
  std::int64_t ns_ = 0;
  std::int64_t next_search_ns_ = 0;
};

} // namespace tempest::service
