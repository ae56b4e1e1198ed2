// What failed for good here: others are to have a try, this consumer none.
#include <algorithm>

#include "plugins/redis/list/consumer.hpp"

namespace redis::list {

namespace {

constexpr milliseconds longest_head_start{100}; // that others have
constexpr milliseconds longest_breath{10};      // between two, for what else is to be sent
constexpr int leases_of_a_round = 10;           // until what others read comes here again

} // namespace

// It stays in the processing list, as if it were read and not handed over, until the lease has run
// out.
void consumer::keep(token of) {
  auto& slot = *ledger_.find(of);
  slot.state = holding::read;
  lists_[slot.id.list].left.add(slot.id.known);
  kept_.push_back({of, steady::now() + settings_.lease});
}

steady::time_point consumer::let_go_due() const {
  if (kept_.empty()) return steady::time_point::max();
  return std::max(kept_.front().until, next_let_go_);
}

// It was let go, and nobody else has taken it. Whoever left it too may have been quicker than who
// did not, so they wait from now on when they are woken.
void consumer::keep_again(token of) {
  keep(of);
  lists_[ledger_.find(of)->id.list].goes_round_until =
      steady::now() + leases_of_a_round * settings_.lease;
}

void consumer::hold_back() {
  reads_from_ = steady::now() + std::min(settings_.lease / 10, longest_head_start);
}

// A little at a time, since acknowledgements, heartbeats and reads have to wait for it; and while
// there is somebody who could take it, since else it would only be read here again. Returns whether
// something is to go back.
bool consumer::let_go(steady::time_point now) {
  if (now < let_go_due()) return false;
  const std::size_t before = releases_.size();
  for (std::size_t looked_at = 0; looked_at < most_one_by_one && !kept_.empty(); ++looked_at) {
    if (kept_.front().until > now) break;
    const token of = kept_.front().of;
    const auto* const slot = ledger_.find(of);
    kept_.pop_front();
    if (slot == nullptr) continue;
    if (lists_[slot->id.list].others > 0) {
      releases_.push_back(of);
    } else {
      kept_.push_back({of, now + settings_.lease});
    }
  }
  next_let_go_ = now + std::min(settings_.lease / 100, longest_breath);
  if (releases_.size() == before) return false;
  hold_back();
  return true;
}

// Nothing of the list is in hand any more, and its numbers may begin anew.
void consumer::forget_left(std::uint32_t list) {
  lists_[list].left.clear();
  std::erase_if(kept_, [this](const left_one& one) { return ledger_.find(one.of) == nullptr; });
}

} // namespace redis::list
