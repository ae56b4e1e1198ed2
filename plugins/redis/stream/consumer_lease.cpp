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

void consumer::on_renewed(const std::vector<token>& tokens, const reply& nodes) {
  renew_outstanding_ = false;
  if (nodes.is_error()) {
    if (nodes.error().find("NOGROUP") != std::string_view::npos) recreate_group(nodes.error());
    throw unavailable(control_.link.explain(nodes.error()));
  }
  lose(tokens, nodes);
}

// `lost` lists ids, in the order of `tokens`.
void consumer::lose(const std::vector<token>& tokens, const reply& lost) {
  std::vector<token> open = fresh_tokens();
  std::size_t at = 1;
  for (const token of : tokens) {
    if (at >= lost.size()) break;
    holding_slot* const slot = ledger_.find(of);
    const std::optional<stream_id> id = parse_id(lost.text(lost.at(at)));
    if (slot == nullptr) continue;
    if (id != slot->id) continue;
    ++at;
    // An outcome that is on its way is answered by the server.
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
