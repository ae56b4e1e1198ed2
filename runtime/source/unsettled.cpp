#include "runtime/source/unsettled.hpp"

#include <algorithm>
#include <unordered_set>

namespace tempest::source {
namespace {

constexpr std::int64_t first_pause_ns = 100'000'000;
constexpr std::int64_t longest_pause_ns = 10'000'000'000;

} // namespace

void erase_lost(std::vector<engine::settlement>& settlements, std::span<const std::uint64_t> lost) {
  if (settlements.empty() || lost.empty()) return;
  const std::unordered_set<std::uint64_t> tokens(lost.begin(), lost.end());
  std::erase_if(settlements,
                [&](const engine::settlement& one) { return tokens.contains(one.token); });
}

void unsettled::add(std::span<const engine::settlement> added) {
  fresh_.insert(fresh_.end(), added.begin(), added.end());
}

void unsettled::again(const std::uint64_t* tokens, std::size_t count, std::uint32_t outcome,
                      std::int64_t now_ns) {
  if (late_.empty()) {
    pause_ns_ = pause_ns_ == 0 ? first_pause_ns : std::min(2 * pause_ns_, longest_pause_ns);
    late_due_ns_ = now_ns + pause_ns_;
  }
  for (std::size_t i = 0; i < count; ++i) {
    late_.push_back({tokens[i], static_cast<tempest_outcome>(outcome)});
  }
  told_ -= std::min(told_, count);
}

void unsettled::answered(std::size_t count) {
  told_ -= std::min(told_, count);
  pause_ns_ = 0;
}

void unsettled::forget(const std::uint64_t* tokens, std::size_t count) {
  erase_lost(fresh_, {tokens, count});
  erase_lost(late_, {tokens, count});
}

bool unsettled::prepare(std::int64_t now_ns) {
  tokens_.clear();
  outcomes_.clear();
  const auto move = [&](std::vector<engine::settlement>& from) {
    for (const engine::settlement& one : from) {
      tokens_.push_back(one.token);
      outcomes_.push_back(static_cast<std::uint8_t>(one.what));
    }
    from.clear();
  };
  move(fresh_);
  if (!late_.empty() && late_due_ns_ <= now_ns) move(late_);
  return !tokens_.empty();
}

} // namespace tempest::source
