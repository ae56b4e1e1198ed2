// How a consumer reads, and how it waits for something to read.
#include <algorithm>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/scripts.hpp"

namespace redis::list {

namespace {

constexpr milliseconds look_pause{250}; // between two looks at lists that cannot be waited for

} // namespace

// Asks for no more than the host has room for beside what waits here.
bool consumer::send_take(const poll_limits& limits) {
  if (waiting_ > 0 && limits.bytes <= waiting_bytes_) return false;
  const std::size_t room = limits.bytes - std::min(limits.bytes, waiting_bytes_);
  const std::size_t count = page_size_.count(limits.messages - waiting_, room);
  // Scraps beside what is here already cost more than they bring.
  if (waiting_ > 0 && count * 2 < page_size_.count(settings_.read_count, limits.bytes)) {
    return false;
  }
  command take(link_.out(), 3 + lists_.size() + 5 + 3 * lists_.size());
  take.text("EVAL").text(take_script).number(lists_.size());
  for (const queue& one : lists_) take.text(one.key);
  take.text(settings_.name).text(word(settings_.from)).number(count);
  take.number(std::min(room, page_size::page_bytes)).text(settings_.acknowledge ? "1" : "0");
  for (queue& one : lists_) {
    take.text(owner(one.last_step)).text(owner(one.last_step + 1));
    take.number(one.order.size() - one.leaving);
  }
  expect(expecting::take);
  taking_ = true;
  return true;
}

void consumer::on_taken(reply& nodes, const expectation&) {
  taking_ = false;
  if (nodes.root().type == reply_type::integer) {
    const auto list = static_cast<std::uint32_t>(nodes.root().integer - 1);
    if (list < lists_.size()) lost(list);
  }
  page_ptr read = fresh_page();
  std::swap(read->nodes, nodes);
  if (!find_taken(read->nodes, read->found)) refuse("what was read is not told as it should be");
  read->tokens.clear();
  read->next = 0;
  std::size_t largest = 0;
  std::uint32_t last_list = std::numeric_limits<std::uint32_t>::max();
  for (const element& one : read->found) {
    queue& from = lists_[one.list];
    if (settings_.acknowledge) {
      if (one.list != last_list) from.step = ++from.last_step;
      from.order.append(from.next_number);
    }
    last_list = one.list;
    const token made = ledger_.add({one.list, static_cast<std::uint32_t>(one.bytes.size()),
                                    from.next_number++, one.known.number});
    const bool was_left = from.left.contains(one.known.number);
    if (was_left) keep_again(made, one.bytes);
    read->tokens.push_back(was_left ? token{} : made); // no token is 0
    largest = std::max(largest, one.bytes.size());
    waiting_bytes_ += one.bytes.size();
  }
  nothing_ = read->found.empty();
  if (nothing_) {
    spare_pages_.push_back(std::move(read));
    return;
  }
  page_size_.saw(read->found.size(), largest);
  waiting_ += read->found.size();
  pages_.push_back(std::move(read));
}

// Only of lists of which the last read has found nothing.
void consumer::arm_waiters() {
  if (!nothing_) return;
  const std::string seconds = std::to_string(static_cast<double>(settings_.block.count()) / 1000);
  for (queue& one : lists_) {
    if (one.waits) continue;
    append_command(one.waiter->out(), std::string_view("BLMOVE"), one.key, one.key,
                   word(settings_.from), word(settings_.from), seconds);
    one.waits = true;
    one.wait_sent = steady::now();
    one.waiter->flush();
  }
}

void consumer::hear_waiters() {
  for (queue& one : lists_) {
    if (!one.waits) continue;
    one.waiter->flush();
    one.waiter->receive();
    page_ptr heard = fresh_page();
    if (one.waiter->next(heard->nodes)) {
      one.waits = false;
      on_waited(one, heard->nodes);
    }
    spare_pages_.push_back(std::move(heard));
  }
}

void consumer::on_waited(const queue& one, const reply& nodes) {
  if (nodes.is_error() && connection::is_full(nodes.error())) return look_instead(nodes.error());
  check(nodes);
  if (told_full_ && one.wait_sent > wait_refused_) {
    told_full_ = false;
    to_.log(severity::info, "Redis at " + settings_.server.address() +
                                " has room again, and lets lists be waited for");
  }
  if (nodes.root().type == reply_type::nil) return;
  nothing_ = false;
  const std::string_view first = nodes.text(nodes.root());
  if (one.goes_round.contains(std::hash<std::string_view>()(first))) hold_back(1);
}

// A full server refuses a BLMOVE, which might need room for what it moves, and still does all that
// this consumer asks for by its scripts.
void consumer::look_instead(std::string_view error) {
  wait_refused_ = steady::now();
  nothing_ = false;
  reads_from_ = std::max(reads_from_, wait_refused_ + look_pause);
  if (told_full_) return;
  told_full_ = true;
  to_.log(severity::warn, link_.explain(error) +
                              "; its lists cannot be waited for, and are looked "
                              "at every " +
                              std::to_string(look_pause.count()) + " ms until there is room");
}

// Returns whether something was handed over.
bool consumer::hand_over(const poll_limits& limits) {
  std::size_t messages = 0;
  std::size_t bytes = 0;
  while (!pages_.empty() && messages < limits.messages) {
    page& from = *pages_.front();
    batch_.clear();
    for (; from.next < from.found.size() && messages < limits.messages; ++from.next) {
      const element& one = from.found[from.next];
      auto* const slot = ledger_.find(from.tokens[from.next]);
      if (slot != nullptr) {
        if (messages > 0 && bytes + one.bytes.size() > limits.bytes) break;
        slot->state = holding::open;
        batch_.push_back({from.tokens[from.next], &one});
        bytes += one.bytes.size();
        ++messages;
      }
      --waiting_;
      waiting_bytes_ -= one.bytes.size();
    }
    const bool full = from.next < from.found.size();
    if (!batch_.empty()) to_.deliver(batch_);
    if (full) break;
    spare_pages_.push_back(std::move(pages_.front()));
    pages_.pop_front();
  }
  return messages > 0;
}

consumer::page_ptr consumer::fresh_page() {
  if (spare_pages_.empty()) return std::make_unique<page>();
  page_ptr taken = std::move(spare_pages_.back());
  spare_pages_.pop_back();
  return taken;
}

} // namespace redis::list
