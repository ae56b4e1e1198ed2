#include "tests/simulation/letter_sink.hpp"

#include <cstddef>

namespace tempest::simulation {
namespace {

constexpr nanoseconds longest_absence = 400'000'000;

} // namespace

void letter_sink::take(const engine::dead_letter& given, std::uint64_t token) {
  out_.push_back({given, token, std::string(given.payload), std::string(given.id), state::waits});
}

bool letter_sink::is_away(nanoseconds now) {
  if (away_until_ < 0 || now < away_until_) return true;
  if (!chance(breaks_percent_)) return false;
  away_until_ = now + static_cast<nanoseconds>(dice_() % longest_absence);
  return true;
}

void letter_sink::write_some(unsigned life, nanoseconds now) {
  if (out_.empty() || is_away(now)) return;
  for (letter& one : out_) {
    if (one.now != state::waits || chance(breaks_percent_)) continue;
    one.now = state::written;
    shelf_[{one.id, one.as_given.deliveries}].push_back({life, std::string(one.as_given.payload)});
  }
}

void letter_sink::give_back() {
  for (letter& one : out_) {
    if (one.now == state::waits) one.now = state::given_back;
  }
}

std::optional<letter_sink::answer> letter_sink::next_answer() {
  const std::size_t first = out_.empty() ? 0 : dice_() % out_.size();
  for (std::size_t i = 0; i < out_.size(); ++i) {
    letter& one = out_[(first + i) % out_.size()];
    if (one.now == state::waits) continue;
    const answer made{one.as_given.message, one.token, one.now == state::written,
                      one.as_given.payload == one.payload && one.as_given.id == one.id};
    std::swap(one, out_.back());
    out_.pop_back();
    return made;
  }
  return std::nullopt;
}

} // namespace tempest::simulation
