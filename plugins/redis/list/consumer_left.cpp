// What failed for good here: others are to have a try, this consumer none.
#include <algorithm>

#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/scripts.hpp"

namespace redis::list {

namespace {

constexpr milliseconds longest_head_start{100}; // that others have
constexpr milliseconds longest_breath{10};      // between two steps, for what else is to be sent

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

// It was let go, and nobody else has taken it. Whoever left it, too, may have been quicker than who
// did not: who is woken by it from now on lets others go first.
void consumer::keep_again(token of, std::string_view bytes) {
  keep(of);
  lists_[ledger_.find(of)->id.list].goes_round.add(std::hash<std::string_view>()(bytes));
}

void consumer::hold_back(int head_starts) {
  const milliseconds start = std::min(settings_.lease / 10, longest_head_start);
  reads_from_ = std::max(reads_from_, steady::now() + head_starts * start);
}

// A little at a time, since acknowledgements, heartbeats and reads have to wait for it, and what
// falls due one by one is gathered, since each time is a time without reads; and while there is
// somebody who could take it, since else it would only be read here again. It goes behind all that
// waits: what nobody can handle must not keep the rest from who could. Those who let it go hold
// back for longer than those who left it before, so that it comes to everybody.
std::vector<token> consumer::let_go(steady::time_point now) {
  std::vector<token> goes;
  if (now < let_go_due()) return goes;
  std::size_t bytes = 0;
  for (std::size_t looked_at = 0; looked_at < most_one_by_one && !kept_.empty(); ++looked_at) {
    if (kept_.front().until > now || bytes >= step_bytes) break;
    const token of = kept_.front().of;
    const auto* const slot = ledger_.find(of);
    kept_.pop_front();
    if (slot == nullptr) continue;
    if (lists_[slot->id.list].others > 0) {
      goes.push_back(of);
      bytes += slot->id.bytes;
    } else {
      kept_.push_back({of, now + settings_.lease});
    }
  }
  const bool more = !kept_.empty() && kept_.front().until <= now;
  next_let_go_ = more ? now : now + settings_.lease / 2;
  if (!goes.empty()) hold_back(2);
  return goes;
}

// What else is due goes out between two steps, however long the server takes for one.
void consumer::rest_from_letting_go() {
  const milliseconds breath = std::min(settings_.lease / 100, longest_breath);
  next_let_go_ = std::max(next_let_go_, steady::now() + breath);
}

// Nothing of the list is in hand any more, and its numbers may begin anew.
void consumer::forget_left(std::uint32_t list) {
  lists_[list].left.clear();
  lists_[list].goes_round.clear();
  std::erase_if(kept_, [this](const left_one& one) { return ledger_.find(one.of) == nullptr; });
}

} // namespace redis::list
