// How a consumer keeps what is in hand.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

void consumer::append_hold(std::string& out, std::span<const token> which, milliseconds idle) {
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

// One chunk at a time, so that a large round never stalls the server.
void consumer::renew(steady::time_point now) {
  if (!settings_.acknowledge || renew_outstanding_) return;
  if (renewed_ >= renewing_.size()) {
    if (now < next_renew_) return;
    last_renew_ = now;
    next_renew_ = now + settings_.lease / 3;
    ledger_.tokens(renewing_);
    renewed_ = 0;
  }
  std::vector<token> chunk = fresh_tokens();
  for (; renewed_ < renewing_.size() && chunk.size() < hold_chunk; ++renewed_) {
    const holding_slot* const slot = ledger_.find(renewing_[renewed_]);
    if (slot != nullptr && slot->state != holding::settling) chunk.push_back(renewing_[renewed_]);
  }
  if (chunk.empty()) {
    spare_tokens_.push_back(std::move(chunk));
    return;
  }
  append_hold(control_.link.out(), chunk, milliseconds(0));
  expect(control_, expecting::renew, std::move(chunk));
  renew_outstanding_ = true;
}

void consumer::on_renewed(const expectation& of, const reply& nodes) {
  renew_outstanding_ = false;
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
    if (slot->state == holding::settling) continue;
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
