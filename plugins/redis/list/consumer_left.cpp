// What failed for good here: others are to have a try, this consumer none.
#include <algorithm>

#include "plugins/redis/list/consumer.hpp"

namespace redis::list {

namespace {

constexpr milliseconds longest_head_start{50}; // that others have

} // namespace

// It stays in the processing list, as if it were read and not handed over, until the lease has run
// out; also when it was let go, and read here again.
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

// Many at once and seldom, since acknowledgements and reads have to wait for it; and while there is
// somebody who could take it, since else it would only be read here again. Returns whether
// something is to go back.
bool consumer::let_go(steady::time_point now) {
  if (now < let_go_due()) return false;
  const std::size_t before = releases_.size();
  for (; !kept_.empty() && kept_.front().until <= now; kept_.pop_front()) {
    const token of = kept_.front().of;
    const auto* const slot = ledger_.find(of);
    if (slot == nullptr) continue;
    if (lists_[slot->id.list].others > 0) {
      releases_.push_back(of);
    } else {
      kept_.push_back({of, now + settings_.lease});
    }
  }
  next_let_go_ = now + settings_.lease / 3;
  if (releases_.size() == before) return false;
  reads_from_ = now + std::min(settings_.lease / 20, longest_head_start);
  return true;
}

// Nothing of the list is in hand any more, and its numbers may begin anew.
void consumer::forget_left(std::uint32_t list) {
  lists_[list].left.clear();
  std::erase_if(kept_, [this](const left_one& one) { return ledger_.find(one.of) == nullptr; });
}

} // namespace redis::list
