// How a consumer reads: its own pending entries first, page by page (consumer_pending.cpp), then
// what is new.
#include <algorithm>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"

namespace redis::stream {

namespace {

constexpr milliseconds longest_wait{5000}; // for room

} // namespace

// Bytes that wait here or are taken to be on their way.
std::size_t consumer::bytes_ahead() const {
  return waiting_bytes_ + asked_ * page_size_.entry_bytes();
}

// Asks for no more than the host has room for beside what waits here and what is under way. With
// two reads under way the server never waits for us; of large entries the second could surprise as
// the first did. Only a read that goes alone blocks: whatever is written behind it,
// acknowledgements above all, would wait with it.
void consumer::request_read(const poll_limits& limits) {
  const std::size_t most = more_waits_ && !in_history_ && page_size_.small() ? 2 : 1;
  const std::size_t ours = waiting_ + asked_;
  if (reads_ >= most || limits.messages <= ours) return;
  const std::size_t room = lease_room(steady::now());
  if (room == 0) return tell_held_back();
  const std::size_t bytes = bytes_ahead();
  if (ours > 0 && limits.bytes <= bytes) return;
  std::size_t count = page_size_.count(limits.messages - ours, limits.bytes - bytes);
  // Scraps beside what is here already cost more than they bring.
  if (ours > 0 && count * 2 < page_size_.count(settings_.read_count, limits.bytes)) return;
  count = std::min(count, room);
  if (!acks_.empty()) send_acks(reader_);
  if (in_history_) {
    count = std::min(count, look_chunk);
    append_own(count);
  } else {
    append_read(count);
  }
  reader_.expected.back().asked = count;
  ++reads_;
  asked_ += count;
  read_sent_ = steady::now();
}

void consumer::append_read(std::size_t count) {
  const bool blocks = !more_waits_;
  command read(reader_.link.out(), (blocks ? 11U : 9U) + (settings_.acknowledge ? 0U : 1U));
  read.text("XREADGROUP").text("GROUP").text(settings_.group).text(settings_.name);
  read.text("COUNT").number(count);
  if (blocks) read.text("BLOCK").number(settings_.block.count());
  if (!settings_.acknowledge) read.text("NOACK");
  read.text("STREAMS").text(settings_.key).text(">");
  expect(reader_, expecting::read);
  if (blocks) reader_.expected.back().latest += settings_.block;
}

void consumer::read_answered(std::size_t asked) {
  --reads_;
  asked_ -= asked;
}

void consumer::on_read(reply& nodes, const expectation& of) {
  read_answered(of.asked);
  if (nodes.is_error()) {
    const std::string_view error = nodes.error();
    if (error.find("NOGROUP") != std::string_view::npos) recreate_group(error);
    throw unavailable(explain(error));
  }
  page_ptr read = fresh_page();
  std::swap(read->nodes, nodes);
  if (!find_read(read->nodes, read->list)) {
    throw unavailable("Redis at " + settings_.server.address() +
                      ": the answer to XREADGROUP is not what it should be");
  }
  more_waits_ = read->list.found.size() >= of.asked;
  keep(std::move(read), of.sent);
}

// Gives the entries tokens and lets them wait to be handed over.
void consumer::keep(page_ptr read, boot_clock::time_point held_since) {
  entries& list = read->list;
  if (const std::size_t count = list.found.size() + list.deleted.size(); count > 0) {
    std::size_t largest = 0;
    for (const entry& one : list.found) largest = std::max(largest, one.bytes);
    page_size_.saw(count, largest);
  }
  if (!list.deleted.empty()) acknowledge_deleted(control_, list.deleted);
  read->tokens.clear();
  for (const entry& one : list.found) {
    read->tokens.push_back(ledger_.add(one.id));
    ledger_.find(read->tokens.back())->held_since = held_since;
    waiting_bytes_ += one.bytes;
  }
  read->next = 0;
  read->since = steady::now();
  if (list.found.empty()) {
    spare_pages_.push_back(std::move(read));
    return;
  }
  waiting_ += list.found.size();
  pages_.push_back(std::move(read));
}

void consumer::hand_over(const poll_limits& limits, handed& so_far) {
  while (!pages_.empty() && so_far.messages < limits.messages) {
    page& from = *pages_.front();
    batch_.clear();
    const std::vector<entry>& found = from.list.found;
    for (; from.next < found.size() && so_far.messages < limits.messages; ++from.next) {
      const entry& one = found[from.next];
      holding_slot* const slot = ledger_.find(from.tokens[from.next]);
      if (slot != nullptr) {
        if (so_far.messages > 0 && so_far.bytes + one.bytes > limits.bytes) break;
        slot->state = holding::open;
        batch_.push_back({from.tokens[from.next], &one});
        so_far.bytes += one.bytes;
        ++so_far.messages;
      }
      --waiting_;
      waiting_bytes_ -= one.bytes;
    }
    const bool full = from.next < found.size();
    if (!batch_.empty()) to_.deliver(from.nodes, batch_);
    if (full) break;
    spare_pages_.push_back(std::move(pages_.front()));
    pages_.pop_front();
  }
}

// What is left of the page in front.
void consumer::give_back_page() {
  const page& left = *pages_.front();
  for (std::size_t i = left.next; i < left.tokens.size(); ++i) {
    --waiting_;
    waiting_bytes_ -= left.list.found[i].bytes;
    holding_slot* const slot = ledger_.find(left.tokens[i]);
    if (slot == nullptr || !settings_.acknowledge) continue;
    slot->state = holding::returning;
    releases_.push_back(left.tokens[i]);
  }
  spare_pages_.push_back(std::move(pages_.front()));
  pages_.pop_front();
}

// What a read brings that was under way when the host had no room any more, as when the topology is
// paused, is for whoever has room.
void consumer::give_back_waiting(steady::time_point now) {
  if (!settings_.acknowledge) return; // nobody else would get it
  const milliseconds longest = std::min<milliseconds>(longest_wait, settings_.lease / 3);
  while (!pages_.empty() && now - pages_.front()->since >= longest) give_back_page();
}

consumer::page_ptr consumer::fresh_page() {
  if (spare_pages_.empty()) return std::make_unique<page>();
  page_ptr taken = std::move(spare_pages_.back());
  spare_pages_.pop_back();
  return taken;
}

} // namespace redis::stream
