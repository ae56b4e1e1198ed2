// What a consumer does with pending entries that it does not read: it acknowledges, deletes or
// moves them, each in one step of the server, which looks again whether they are still nobody's.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

namespace {

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

// The first handler that applies; but what failed for good here is not claimed, and what is too
// large not moved as a text.
std::optional<std::size_t> consumer::handler_of(const pending_entry& one) const {
  const std::optional<std::size_t> which = first_that_applies(settings_.handlers, one);
  if (!which) return which;
  const pending_handler& handler = settings_.handlers[*which];
  const bool stays = handler.action == pending_action::claim
                         ? left_.contains(one.id)
                         : handler.moves_text() && too_large_.contains(one.id);
  return stays ? std::nullopt : which;
}

// For each of these there is a handler.
void consumer::handle(std::span<const pending_entry> found) {
  std::vector<std::vector<pending_entry>> by(settings_.handlers.size());
  for (const pending_entry& one : found) by[handler_of(one).value()].push_back(one);
  for (std::size_t i = 0; i < by.size(); ++i) {
    if (by[i].empty()) continue;
    const pending_handler& handler = settings_.handlers[i];
    if (handler.action == pending_action::claim) {
      append_take(control_, by[i], handler.min_idle);
    } else if (handler.moves_text()) {
      std::vector<stream_id> ids;
      for (const pending_entry& one : by[i]) ids.push_back(one.id);
      append_look(i, ids);
    } else {
      begin_handling(i, by[i].size());
      for (const pending_entry& one : by[i]) command::append(control_.link.out(), one.id.text());
    }
    ++claims_;
  }
}

// A list or a sorted set gets a text, which is made here.
void consumer::append_look(std::size_t handler, std::span<const stream_id> which) {
  command look(control_.link.out(), 4 + which.size());
  look.text("EVAL").text(look_script).number(1).text(settings_.key);
  for (const stream_id& one : which) look.id(one);
  expect(control_, expecting::looked);
  control_.expected.back().handler = handler;
}

// So many more arguments must follow.
void consumer::begin_handling(std::size_t handler, std::size_t arguments) {
  const pending_handler& by = settings_.handlers[handler];
  command handling(control_.link.out(), 9 + arguments);
  handling.text("EVAL").text(handle_script).number(2).text(settings_.key);
  handling.text(by.key.empty() ? settings_.key : by.key).text(settings_.group);
  handling.number(by.min_idle.count()).number(by.times_delivered).text(word(by.action));
  expect(control_, expecting::handled);
  control_.expected.back().handler = handler;
}

// What is gone from the stream has nothing to be moved: it is acknowledged. When the server's
// limits matter, they are heard of first, and the entries looked at again behind that.
void consumer::on_looked(const reply& nodes, std::size_t handler) {
  entries found;
  check_pending(nodes, find_range(nodes, found));
  std::vector<moved_entry> which;
  std::vector<stream_id> ids;
  for (const entry& one : found.found) {
    which.push_back({one.id, moved_text(settings_.key, nodes, one)});
    ids.push_back(one.id);
  }
  for (const stream_id& one : found.deleted) {
    which.push_back({one, {}});
    ids.push_back(one);
  }
  if (asks_limits(which)) {
    ask_limits();
    return append_look(handler, ids);
  }
  leave_too_large(handler, which);
  if (which.empty()) return claimed();
  begin_handling(handler, 2 * which.size());
  std::size_t& largest = control_.expected.back().largest;
  for (const moved_entry& one : which) {
    command::append(control_.link.out(), one.id.text());
    command::append(control_.link.out(), one.text);
    largest = std::max(largest, one.text.size());
  }
}

// [how many, how many were gone, how many had too many fields]. What the server refuses, as for a
// key of another type, is tried again with the next round, and told once.
void consumer::on_handled(const reply& nodes, const expectation& of) {
  claimed();
  const std::size_t handler = of.handler;
  const pending_handler& by = settings_.handlers[handler];
  std::string trouble;
  if (nodes.is_error()) {
    if (nodes.error().find("NOGROUP") != std::string_view::npos) recreate_group(nodes.error());
    trouble = control_.link.explain(nodes.error());
    if (connection::is_too_large(nodes.error())) seen_limit_ = std::min(seen_limit_, of.largest);
  } else if (nodes.size() != 4) {
    check_pending(nodes, false);
  } else if (nodes.at(3).integer > 0) {
    trouble = "they have more fields than one command can take";
  }
  if (!trouble.empty() && handler_trouble_[handler] != trouble) {
    to_.log(severity::warn, "pending entries of the stream '" + settings_.key + "' cannot be " +
                                told(by) + ": " + trouble);
  }
  if (!trouble.empty()) to_.pending_refused(by.action);
  handler_trouble_[handler] = trouble;
  if (nodes.is_error()) return;
  if (of.largest > 0) large_cuts_ = 0;
  if (nodes.at(2).integer > 0) were_gone(static_cast<std::size_t>(nodes.at(2).integer));
  if (nodes.at(1).integer == 0) return;
  to_.pending_handled(by.action, static_cast<std::uint64_t>(nodes.at(1).integer));
  to_.log(severity::info, told(by) + ": " + std::to_string(nodes.at(1).integer) +
                              " pending entries of the stream '" + settings_.key + "'");
}

} // namespace redis::stream
