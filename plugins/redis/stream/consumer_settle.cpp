// How outcomes reach the server.
#include <algorithm>
#include <span>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

namespace {

// A read that has not been answered for so long is blocked: acknowledgements stop waiting for it.
constexpr milliseconds blocked_after{2};

} // namespace

void consumer::settle(std::span<const token> which, std::span<const std::uint8_t> outcomes) {
  std::vector<token> done = fresh_tokens(); // acknowledged without being asked to
  std::vector<token> failed = fresh_tokens();
  std::vector<token> returned = fresh_tokens();
  for (std::size_t i = 0; i < which.size(); ++i) {
    holding_slot* const slot = ledger_.find(which[i]);
    if (slot == nullptr || slot->state != holding::open) continue;
    const auto what = static_cast<outcome>(outcomes[i]);
    if (what == outcome::fail) {
      failed.push_back(which[i]);
      if (settings_.acknowledge) left_.add(slot->id);
      ledger_.erase(which[i]);
    } else if (!settings_.acknowledge) {
      (what == outcome::ack ? done : returned).push_back(which[i]);
      ledger_.erase(which[i]);
    } else {
      if (what == outcome::ack && acks_.empty()) first_ack_ = steady::now();
      slot->state = holding::settling;
      (what == outcome::ack ? acks_ : releases_).push_back(which[i]);
    }
  }
  if (!done.empty()) to_.settled(done, outcome::ack, confirmation::ok);
  if (!failed.empty()) to_.settled(failed, outcome::fail, confirmation::ok);
  if (!returned.empty()) to_.settled(returned, outcome::give_back, confirmation::gone);
  for (std::vector<token>* one : {&done, &failed, &returned}) {
    one->clear();
    spare_tokens_.push_back(std::move(*one));
  }
}

void consumer::failed(std::span<const token> which, std::span<const std::uint32_t> failures) {
  if (!settings_.acknowledge) return;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const holding_slot* const slot = ledger_.find(which[i]);
    if (slot != nullptr) failures_.push_back({slot->id, failures[i]});
  }
}

// An answer that is lost costs attempts, not the entry: nothing is sent twice.
void consumer::send_failures() {
  for (std::size_t from = 0; from < failures_.size(); from += look_chunk) {
    const std::size_t count = std::min(look_chunk, failures_.size() - from);
    command note(control_.link.out(), 6 + 2 * count);
    note.text("EVAL").text(count_script).number(1).text(settings_.key).text(settings_.group);
    note.text(settings_.name);
    for (const failure& one : std::span(failures_).subspan(from, count)) {
      note.id(one.id).number(std::uint64_t{one.failures} + 1);
    }
    expect(control_, expecting::nothing);
  }
  failures_.clear();
}

steady::time_point consumer::acks_due() const {
  if (acks_.empty()) return steady::time_point::max();
  // Nor may it take long beside the lease, which does not grow any more.
  const steady::time_point latest =
      first_ack_ + std::min<milliseconds>(settings_.ack_interval, settings_.lease / 3);
  // Nothing will join them when nothing else is in hand.
  const bool enough = acks_.size() >= settings_.ack_batch || acks_.size() == ledger_.size();
  return enough ? std::min(latest, read_sent_ + blocked_after) : latest;
}

// Whether one of these may be another's by now. What is not in doubt has a third of the lease left
// to reach the server.
bool consumer::in_doubt(std::span<const token> which) const {
  const boot_clock::time_point safe = boot_clock::now() - settings_.lease * 2 / 3;
  return std::ranges::any_of(which, [&](token of) { return ledger_.find(of)->held_since < safe; });
}

// XACK does not ask whose an entry is; a script that does takes several times as long.
void consumer::send_acks(channel& to) {
  for (std::size_t from = 0; from < acks_.size();) {
    std::span<const token> chunk(acks_);
    chunk = chunk.subspan(from, std::min(settings_.ack_batch, acks_.size() - from));
    const bool asks = in_doubt(chunk);
    if (asks) chunk = chunk.first(std::min(hold_chunk, chunk.size()));
    std::vector<token> sent = fresh_tokens();
    sent.assign(chunk.begin(), chunk.end());
    if (asks) sort_by_id(sent);
    command ack(to.link.out(), (asks ? 6 : 3) + chunk.size());
    if (asks) {
      ack.text("EVAL").text(ack_script).number(1).text(settings_.key).text(settings_.group);
      ack.text(settings_.name);
    } else {
      ack.text("XACK").text(settings_.key).text(settings_.group);
    }
    for (const token of : sent) ack.id(ledger_.find(of)->id);
    expect(to, expecting::ack, std::move(sent));
    from += chunk.size();
  }
  acks_.clear();
}

void consumer::on_ack(const reply& nodes, std::vector<token>& tokens) {
  if (nodes.is_error()) {
    acks_.insert(acks_.end(), tokens.begin(), tokens.end());
    throw unavailable(explain(nodes.error()));
  }
  const std::size_t known = known_first(nodes, tokens);
  for (const token of : tokens) ledger_.erase(of);
  flowed_ += tokens.size();
  const std::span<const token> all(tokens);
  if (known > 0) to_.settled(all.first(known), outcome::ack, confirmation::ok);
  if (known < all.size()) to_.settled(all.subspan(known), outcome::ack, confirmation::gone);
}

// Returns how many were acknowledged. XACK tells how many it knew, not which. After a broken
// connection an unknown one is most likely one that was acknowledged without us hearing of it.
std::size_t consumer::known_first(const reply& nodes, std::vector<token>& tokens) {
  const bool counted = nodes.root().type == reply_type::integer;
  if (!counted) check_pending(nodes, find_lost(nodes, ids_));
  const std::size_t known = counted ? static_cast<std::size_t>(nodes.root().integer) : 0;
  if (known >= tokens.size()) return tokens.size();
  const auto end = std::partition(tokens.begin(), tokens.end(), [&](token of) {
    const holding_slot& slot = *ledger_.find(of);
    return slot.repeated || (!counted && !std::ranges::binary_search(ids_, slot.id));
  });
  const auto certain = static_cast<std::size_t>(end - tokens.begin());
  return counted ? known + std::min(tokens.size() - known, certain) : certain;
}

// Pending entries whose content was deleted or trimmed: nobody can process them any more.
void consumer::acknowledge_deleted(channel& to, std::span<const stream_id> ids) {
  were_gone(ids.size());
  command ack(to.link.out(), 3 + ids.size());
  ack.text("XACK").text(settings_.key).text(settings_.group);
  for (const stream_id& id : ids) ack.id(id);
  expect(to, expecting::nothing);
}

// They are acknowledged, here or by a script.
void consumer::were_gone(std::size_t count) {
  to_.pending_handled(pending_action::gone, count);
  to_.log(severity::warn, std::to_string(count) + " pending entries of the stream '" +
                              settings_.key + "' were deleted or trimmed before they were read");
}

// Anyone may claim them at once; but a handler that does something else is not for what was just
// given back.
void consumer::send_releases() {
  const bool all_claim = std::ranges::all_of(settings_.handlers, [](const pending_handler& one) {
    return one.action == pending_action::claim;
  });
  const milliseconds idle = all_claim ? settings_.lease : milliseconds(0);
  for (std::size_t from = 0; from < releases_.size(); from += hold_chunk) {
    const std::size_t count = std::min(hold_chunk, releases_.size() - from);
    std::vector<token> sent = fresh_tokens();
    sent.assign(releases_.begin() + static_cast<std::ptrdiff_t>(from),
                releases_.begin() + static_cast<std::ptrdiff_t>(from + count));
    append_hold(control_.link.out(), sent, idle);
    expect(control_, expecting::release, std::move(sent));
  }
  releases_.clear();
}

// What was read and never handed over is given back without a word to the host. The answer to a
// renewal that was under way may have told meanwhile that it was another's already.
void consumer::on_release(const std::vector<token>& tokens, const reply& nodes) {
  std::vector<token> returned = fresh_tokens();
  std::vector<token> gone = fresh_tokens();
  const bool told = find_lost(nodes, ids_);
  for (const token of : tokens) {
    const holding_slot* const slot = ledger_.find(of);
    if (slot != nullptr && slot->state == holding::settling) {
      const bool ours = told && !std::ranges::binary_search(ids_, slot->id);
      (ours ? returned : gone).push_back(of);
    }
    ledger_.erase(of);
  }
  if (!returned.empty()) to_.settled(returned, outcome::give_back, confirmation::ok);
  if (!gone.empty()) to_.settled(gone, outcome::give_back, confirmation::gone);
  for (std::vector<token>* one : {&returned, &gone}) {
    one->clear();
    spare_tokens_.push_back(std::move(*one));
  }
}

std::vector<token> consumer::fresh_tokens() {
  if (spare_tokens_.empty()) return {};
  std::vector<token> taken = std::move(spare_tokens_.back());
  spare_tokens_.pop_back();
  return taken;
}

} // namespace redis::stream
