// What a consumer does with pending entries that it does not read: it acknowledges, deletes or
// moves them, each in one step of the server, which looks again whether they are still nobody's.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

namespace {

constexpr milliseconds longest_rest{60000};

std::string told(const pending_handler& by) {
  switch (by.action) {
    case pending_action::ack:
      return "acknowledged";
    case pending_action::remove:
      return "deleted";
    default:
      return "moved to '" + by.key + "'";
  }
}

} // namespace

// The first handler that applies, unless it rests; but what failed for good here is not claimed,
// and what is too large not moved as a text.
std::optional<std::size_t> consumer::handler_of(const pending_entry& one) const {
  const std::optional<std::size_t> which = first_that_applies(settings_.handlers, one);
  if (!which) return which;
  const pending_handler& handler = settings_.handlers[*which];
  const bool stays = handler.action == pending_action::claim
                         ? left_.contains(one.id)
                         : handler.moves_text() && too_large_.contains(one.id);
  return stays || rests(*which) ? std::nullopt : which;
}

bool consumer::rests(std::size_t handler) const {
  return handler_states_[handler].rests_until > steady::now();
}

// Whether there is something to look for; `claims`: there is room for what is claimed.
bool consumer::is_any_at_work(bool claims) const {
  for (std::size_t i = 0; i < settings_.handlers.size(); ++i) {
    const bool is_claim = settings_.handlers[i].action == pending_action::claim;
    if (is_claim ? claims : !rests(i)) return true;
  }
  return false;
}

// What the server refuses it most likely refuses for all, and for a while.
void consumer::rest(std::size_t handler) {
  handler_state& one = handler_states_[handler];
  one.pause = std::min(std::max(2 * one.pause, claim_interval()), longest_rest);
  one.rests_until = steady::now() + one.pause;
}

// For each of these there is a handler.
void consumer::handle(std::span<const pending_entry> found) {
  std::vector<std::vector<pending_entry>> by(settings_.handlers.size());
  for (const pending_entry& one : found) by[handler_of(one).value()].push_back(one);
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (by[i].empty()) continue;
    const pending_handler& handler = settings_.handlers[i];
    std::vector<stream_id> ids;
    for (const pending_entry& one : by[i]) ids.push_back(one.id);
    if (handler.action == pending_action::claim) {
      append_take(control_, by[i], handler.min_idle);
      ++claims_;
    } else if (handler.moves_text()) {
      append_look(i, ids);
    } else {
      append_handling(i, ids);
    }
  }
}

// A list or a sorted set gets a text, which is made here.
void consumer::append_look(std::size_t handler, std::span<const stream_id> which) {
  command look(control_.link.out(), 5 + which.size());
  look.text("EVAL").text(look_script).number(1).text(settings_.key).number(move_bytes);
  for (const stream_id& one : which) look.id(one);
  expect(control_, expecting::looked);
  control_.expected.back().handler = handler;
  control_.expected.back().ids.assign(which.begin(), which.end());
  ++claims_;
}

// So many more arguments must follow.
void consumer::begin_handling(std::size_t handler, std::size_t arguments) {
  const pending_handler& by = settings_.handlers[handler];
  command handling(control_.link.out(), 10 + arguments);
  handling.text("EVAL").text(handle_script).number(2).text(settings_.key);
  handling.text(by.key.empty() ? settings_.key : by.key).text(settings_.group);
  handling.number(by.min_idle.count())
      .number(by.times_delivered)
      .text(word(by.action))
      .number(move_bytes);
  expect(control_, expecting::handled);
  control_.expected.back().handler = handler;
  ++claims_;
}

// What needs no text of the entries.
void consumer::append_handling(std::size_t handler, std::span<const stream_id> which) {
  begin_handling(handler, which.size());
  for (const stream_id& one : which) command::append(control_.link.out(), one.text());
  control_.expected.back().ids.assign(which.begin(), which.end());
}

void consumer::append_move(std::size_t handler, std::span<const moved_entry> which) {
  begin_handling(handler, 2 * which.size());
  std::size_t& largest = control_.expected.back().largest;
  for (const moved_entry& one : which) {
    command::append(control_.link.out(), one.id.text());
    command::append(control_.link.out(), one.text);
    largest = std::max(largest, one.text.size());
  }
}

// What is gone from the stream has nothing to be moved: it is acknowledged. When the server's
// limits matter, they are heard of first, and the entries looked at again behind that.
void consumer::on_looked(const reply& nodes, const expectation& of) {
  entries found;
  check_pending(nodes, find_range(nodes, found));
  claimed();
  if (rests(of.handler)) return;
  std::vector<moved_entry> which;
  for (const entry& one : found.found) {
    which.push_back({one.id, moved_text(settings_.key, nodes, one)});
  }
  for (const stream_id& one : found.deleted) which.push_back({one, {}});
  const std::size_t looked_at = std::min(which.size(), of.ids.size());
  if (asks_limits(which)) {
    ask_limits();
    return append_look(of.handler, of.ids);
  }
  leave_too_large(of.handler, which);
  if (!which.empty()) append_move(of.handler, which);
  if (looked_at > 0 && looked_at < of.ids.size()) {
    append_look(of.handler, std::span(of.ids).subspan(looked_at));
  }
}

// [how many, how many were gone, how many had too many fields, how many are left]. What the server
// refuses, as for a key of another type, is told once, and tried again after a while.
void consumer::on_handled(const reply& nodes, const expectation& of) {
  claimed();
  const pending_handler& by = settings_.handlers[of.handler];
  if (nodes.is_error()) {
    if (nodes.error().find("NOGROUP") != std::string_view::npos) recreate_group(nodes.error());
    if (connection::is_too_large(nodes.error())) seen_limit_ = std::min(seen_limit_, of.largest);
    tell_trouble(of.handler, control_.link.explain(nodes.error()));
    return rest(of.handler);
  }
  check_pending(nodes, nodes.size() == 5);
  const bool wide = nodes.at(3).integer > 0;
  tell_trouble(of.handler, wide ? "they have more fields than one command can take" : "");
  handler_states_[of.handler].pause = milliseconds(0);
  if (of.largest > 0) large_cuts_ = 0;
  if (nodes.at(2).integer > 0) were_gone(static_cast<std::size_t>(nodes.at(2).integer));
  if (const auto left = static_cast<std::size_t>(nodes.at(4).integer);
      left > 0 && left < of.ids.size()) {
    append_handling(of.handler, std::span(of.ids).last(left));
  }
  if (nodes.at(1).integer == 0) return;
  to_.pending_handled(by.action, static_cast<std::uint64_t>(nodes.at(1).integer));
  to_.log(severity::info, told(by) + ": " + std::to_string(nodes.at(1).integer) +
                              " pending entries of the stream '" + settings_.key + "'");
}

void consumer::tell_trouble(std::size_t handler, const std::string& trouble) {
  const pending_handler& by = settings_.handlers[handler];
  std::string& told_last = handler_states_[handler].trouble;
  if (!trouble.empty()) to_.pending_refused(by.action);
  if (!trouble.empty() && told_last != trouble) {
    to_.log(severity::warn, "pending entries of the stream '" + settings_.key + "' cannot be " +
                                told(by) + ": " + trouble);
  }
  told_last = trouble;
}

} // namespace redis::stream
