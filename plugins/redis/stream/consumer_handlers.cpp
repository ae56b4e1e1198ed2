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

// The first handler that applies; but what failed for good here is not claimed.
std::optional<std::size_t> consumer::handler_of(const pending_entry& one) const {
  const std::optional<std::size_t> which = first_that_applies(settings_.handlers, one);
  if (!which || settings_.handlers[*which].action != pending_action::claim) return which;
  return left_.contains(one.id) ? std::nullopt : which;
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
    } else if (handler.moves() && handler.action != pending_action::to_stream) {
      append_look(i, by[i]);
    } else {
      begin_handling(i, by[i].size());
      for (const pending_entry& one : by[i]) command::append(control_.link.out(), one.id.text());
    }
    ++claims_;
  }
}

// A list or a sorted set gets a text, which is made here.
void consumer::append_look(std::size_t handler, std::span<const pending_entry> which) {
  command look(control_.link.out(), 4 + which.size());
  look.text("EVAL").text(look_script).number(1).text(settings_.key);
  for (const pending_entry& one : which) look.id(one.id);
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

// What is gone from the stream has nothing to be moved: it is acknowledged.
void consumer::on_looked(const reply& nodes, std::size_t handler) {
  entries found;
  check_pending(nodes, find_range(nodes, found));
  if (found.found.empty() && found.deleted.empty()) return claimed();
  begin_handling(handler, 2 * (found.found.size() + found.deleted.size()));
  for (const entry& one : found.found) {
    command::append(control_.link.out(), one.id.text());
    command::append(control_.link.out(), moved_text(settings_.key, nodes, one));
  }
  for (const stream_id& one : found.deleted) {
    command::append(control_.link.out(), one.text());
    command::append(control_.link.out(), {});
  }
}

// [how many, how many were gone, how many had too many fields]. What the server refuses, as for a
// key of another type, is tried again with the next round, and told once.
void consumer::on_handled(const reply& nodes, std::size_t handler) {
  claimed();
  const pending_handler& by = settings_.handlers[handler];
  std::string trouble;
  if (nodes.is_error()) {
    if (nodes.error().find("NOGROUP") != std::string_view::npos) recreate_group(nodes.error());
    trouble = control_.link.explain(nodes.error());
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
  if (nodes.at(2).integer > 0) were_gone(static_cast<std::size_t>(nodes.at(2).integer));
  if (nodes.at(1).integer == 0) return;
  to_.pending_handled(by.action, static_cast<std::uint64_t>(nodes.at(1).integer));
  to_.log(severity::info, told(by) + ": " + std::to_string(nodes.at(1).integer) +
                              " pending entries of the stream '" + settings_.key + "'");
}

} // namespace redis::stream
