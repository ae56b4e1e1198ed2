// Which tokens are open at a source with leases, so that they can be renewed. Sources without a
// lease keep none.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

namespace tempest::source {

class open_tokens {
 public:
  explicit open_tokens(bool wanted) : wanted_(wanted) {}
  void add(std::uint64_t token) {
    if (wanted_) open_.insert(token);
  }
  void remove(std::uint64_t token) {
    if (wanted_) open_.erase(token);
  }
  // Appends all of them.
  void list(std::vector<std::uint64_t>& into) const {
    into.insert(into.end(), open_.begin(), open_.end());
  }

 private:
  const bool wanted_;
  std::unordered_set<std::uint64_t> open_;
};

} // namespace tempest::source
