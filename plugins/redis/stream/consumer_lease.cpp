// How a consumer keeps what is in hand.
#include <algorithm>
#include <limits>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

namespace {

// Of what the server does for this connection, renewals and scans are at most one part in so many.
constexpr int share = 4;
constexpr boot_clock::duration least_renewal_cost = std::chrono::microseconds(1);

} // namespace

void consumer::sort_by_id(std::span<token> which) const {
  std::ranges::sort(which, {}, [this](token of) { return ledger_.find(of)->id; });
}

void consumer::append_hold(std::string& out, std::span<token> which, milliseconds idle) {
  sort_by_id(which);
  command hold(out, 7 + which.size());
  hold.text("EVAL")
      .text(hold_script)
      .number(1)
      .text(settings_.key)
      .text(settings_.group)
      .text(settings_.name)
      .number(idle.count());
  for (const token of : which) hold.id(ledger_.find(of)->id);
}

// A round takes what was confirmed longer than a third of the lease ago, the oldest first: what is
// read, done and acknowledged sooner, as nearly all of a stream that flows, costs no renewal.
void consumer::begin_round(steady::time_point now) {
  const boot_clock::time_point clock = boot_clock::now();
  const boot_clock::time_point due = clock - settings_.lease / 3;
  boot_clock::time_point next = clock;
  ledger_.tokens(renewing_);
  std::erase_if(renewing_, [&](token of) {
    const holding_slot& slot = *ledger_.find(of);
    if (!is_kept(slot)) return true;
    if (slot.held_since > due) next = std::min(next, slot.held_since);
    return slot.held_since > due;
  });
  std::ranges::sort(renewing_, {}, [this](token of) { return ledger_.find(of)->held_since; });
  renewed_ = 0;
  last_renew_ = now;
  next_renew_ = now + std::max<boot_clock::duration>(next - due, settings_.lease / 12);
}

// One chunk at a time, so that a large round never stalls the server.
void consumer::renew(steady::time_point now) {
  if (!settings_.acknowledge || renew_outstanding_) return;
  if (!in_a_round() && now >= next_renew_) begin_round(now);
  if (!in_a_round() || now < paced_until_) return;
  std::vector<token> chunk = fresh_tokens();
  for (; in_a_round() && chunk.size() < hold_chunk; ++renewed_) {
    const holding_slot* const slot = ledger_.find(renewing_[renewed_]);
    if (slot != nullptr && is_kept(*slot)) chunk.push_back(renewing_[renewed_]);
  }
  if (chunk.empty()) {
    spare_tokens_.push_back(std::move(chunk));
    return;
  }
  append_hold(control_.link.out(), chunk, milliseconds(0));
  expect(control_, expecting::renew, std::move(chunk));
  renew_outstanding_ = true;
}

steady::time_point consumer::renewal_due() const {
  if (renew_outstanding_) return steady::time_point::max();
  return in_a_round() ? paced_until_ : next_renew_;
}

// How many more entries may be in hand than are: as many as are renewed in a share of the time, or
// as many as are done in three quarters of the lease, so that none is renewed more than twice. With
// more, renewals would slow down what they wait for, and there would be ever more of them. Opens by
// the quarter, since scraps cost more than they bring.
std::size_t consumer::lease_room(steady::time_point now) {
  if (!settings_.acknowledge) return std::numeric_limits<std::size_t>::max();
  const milliseconds window = settings_.lease * 3 / 4;
  if (now >= flow_begun_ + window) {
    flowed_before_ = now < flow_begun_ + 2 * window ? flowed_ : 0;
    flowed_ = 0;
    flow_begun_ = now;
  }
  const auto renewable =
      static_cast<std::size_t>(settings_.lease / 3 / (2 * share) / renewal_cost_);
  const std::size_t most = std::max({renewable, flowed_before_, flowed_});
  const std::size_t ours = ledger_.size() + asked_;
  const std::size_t room = most - std::min(most, ours);
  return room < most / 4 ? 0 : room;
}

// Says once that there was less room for the lease's sake than the host has.
void consumer::tell_held_back() {
  if (told_held_back_) return;
  told_held_back_ = true;
  to_.log(
      severity::info,
      "only " + std::to_string(ledger_.size()) + " entries of the stream '" + settings_.key +
          "' are in hand though there is room for more: so many are renewed in time with a "
          "`lease` of " +
          std::to_string(settings_.lease.count()) +
          " ms, and more as soon as they are done faster; a longer one allows more (said once)");
}

// What the server was kept busy with, it rests from, so that acknowledgements and reads get through
// whatever is to be renewed; but not for long, since the time may have passed on the way.
void consumer::pace(boot_clock::time_point sent) {
  const boot_clock::duration rest = (boot_clock::now() - sent) * (share - 1);
  paced_until_ = steady::now() + std::min<boot_clock::duration>(rest, settings_.lease / 12);
}

void consumer::on_renewed(const expectation& of, const reply& nodes) {
  renew_outstanding_ = false;
  pace(of.sent);
  // Of a few the way there and back would count as if it were work.
  if (of.tokens.size() >= hold_chunk / 4) {
    const boot_clock::duration each = (boot_clock::now() - of.sent) / of.tokens.size();
    // The server may have been busy with something else: what it can do counts.
    const boot_clock::duration most = std::min(renewal_cost_ * 9 / 8, most_renewal_cost);
    renewal_cost_ = std::clamp(each, least_renewal_cost, most);
  }
  held(of.tokens, nodes, of.sent);
}

// The answer of `hold_script` for these.
void consumer::held(const std::vector<token>& tokens, const reply& nodes,
                    boot_clock::time_point since) {
  check_pending(nodes, find_lost(nodes, ids_));
  std::vector<token> open = fresh_tokens();
  for (const token of : tokens) {
    holding_slot* const slot = ledger_.find(of);
    if (slot == nullptr) continue;
    if (!std::ranges::binary_search(ids_, slot->id)) {
      slot->held_since = since;
      continue;
    }
    // An outcome that is on its way is answered by the server; one that is not asks whose it is.
    slot->held_since = {};
    if (!is_kept(*slot)) continue;
    if (slot->state == holding::open) open.push_back(of);
    ledger_.erase(of);
  }
  if (!open.empty()) {
    to_.log(severity::warn, std::to_string(open.size()) + " entries of the stream '" +
                                settings_.key + "' were taken over by another consumer");
    to_.withdrawn(open);
  }
  open.clear();
  spare_tokens_.push_back(std::move(open));
}

void consumer::ask_lag() {
  lag_wanted_ = false;
  lag_asked_ = steady::now();
  append_command(control_.link.out(), std::string_view("XINFO"), std::string_view("GROUPS"),
                 settings_.key);
  expect(control_, expecting::lag);
}

} // namespace redis::stream
