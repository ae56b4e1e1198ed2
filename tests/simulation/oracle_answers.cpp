// What the oracle knows, for the comparison.
#include <algorithm>

#include "tests/simulation/oracle.hpp"

namespace tempest::simulation {

std::size_t oracle::debts() const {
  std::size_t all = 0;
  for (const auto& [token, one] : messages_) all += one.owed.size();
  for (const auto& [ref, held] : holders_) all += held.orphan ? 1 : 0;
  return all;
}

std::size_t oracle::waiting(std::uint32_t task, bool suspect, bool with_perhaps) const {
  std::size_t all = 0;
  for (const auto& [token, one] : messages_) {
    for (const debt& owed : one.owed) {
      const bool ready = owed.where == place::waits || (with_perhaps && owed.perhaps_ready);
      if (owed.task == task && owed.suspect == suspect && ready) ++all;
    }
  }
  return all;
}

std::size_t oracle::retrying(bool with_perhaps) const {
  std::size_t all = 0;
  for (const auto& [token, one] : messages_) {
    const bool waits = std::all_of(one.owed.begin(), one.owed.end(), [&](const debt& owed) {
      return owed.where == place::retries && (with_perhaps || !owed.perhaps_ready);
    });
    if (one.now == state::running && !one.owed.empty() && waits) ++all;
  }
  return all;
}

nanoseconds oracle::latest_retry() const {
  nanoseconds first = 0;
  for (const auto& [token, one] : messages_) {
    for (const debt& owed : one.owed) {
      if (owed.where != place::retries || owed.perhaps_ready) continue;
      if (first == 0 || owed.latest < first) first = owed.latest;
    }
  }
  return first;
}

bool oracle::useless(std::uint64_t ref) const {
  const holder& held = holders_.at(ref);
  return held.orphan || stopped_ || messages_.at(held.token).now != state::running;
}

bool oracle::awaited(std::uint64_t ref) const {
  const auto found = holders_.find(ref);
  return found != holders_.end() && !found->second.orphan;
}

bool oracle::suspected(std::uint64_t ref) const {
  if (!awaited(ref)) return false;
  const std::vector<debt>& owed = messages_.at(holders_.at(ref).token).owed;
  return std::any_of(owed.begin(), owed.end(), [&](const debt& one) {
    return one.where == place::held && one.ref == ref && one.suspect;
  });
}

std::vector<std::uint64_t> oracle::open_tokens() const {
  std::vector<std::uint64_t> all;
  for (const auto& [token, one] : messages_) {
    if (!one.withdrawn) all.push_back(token);
  }
  return all;
}

std::string oracle::id_of(std::uint64_t ref) const {
  const holder& held = holders_.at(ref);
  return held.orphan ? std::string() : messages_.at(held.token).from.id;
}

} // namespace tempest::simulation
