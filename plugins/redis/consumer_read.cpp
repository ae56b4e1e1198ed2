// How a consumer reads: its own pending entries first, page by page, then what is new.
#include <algorithm>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/consumer.hpp"

namespace redis_stream {

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
  const std::size_t bytes = bytes_ahead();
  if (ours > 0 && limits.bytes <= bytes) return;
  const std::size_t count = page_size_.count(limits.messages - ours, limits.bytes - bytes);
  // Scraps beside what is here already cost more than they bring.
  if (ours > 0 && count * 2 < page_size_.count(settings_.read_count, limits.bytes)) return;
  if (!acks_.empty()) send_acks(reader_);
  if (in_history_) {
    append_history(count);
  } else {
    append_read(count);
  }
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
  expectation& of = reader_.expected.back();
  of.asked = count;
  if (blocks) of.latest += settings_.block;
}

// The same entries twice: their content, and how often they were delivered.
void consumer::append_history(std::size_t count) {
  std::string& out = reader_.link.out();
  command read(out, 9);
  read.text("XREADGROUP").text("GROUP").text(settings_.group).text(settings_.name);
  read.text("COUNT").number(count).text("STREAMS").text(settings_.key).id(history_cursor_);
  char after[stream_id_length + 1] = {'('};
  const char* const end = write_id(after + 1, history_cursor_);
  command pending(out, 7);
  pending.text("XPENDING").text(settings_.key).text(settings_.group);
  pending.text({after, static_cast<std::size_t>(end - after)}).text("+").number(count);
  pending.text(settings_.name);
  expect(reader_, expecting::history);
  expect(reader_, expecting::pending);
  reader_.expected.back().asked = count;
}

void consumer::on_read(reply& nodes, const expectation& of) {
  if (of.what == expecting::read) { // a page of history has a second answer still to come
    --reads_;
    asked_ -= of.asked;
  }
  if (nodes.is_error()) {
    const std::string_view error = nodes.error();
    if (error.find("NOGROUP") != std::string_view::npos) recreate_group(error);
    throw unavailable(reader_.link.explain(error));
  }
  page_ptr read = fresh_page();
  std::swap(read->nodes, nodes);
  if (!find_read(read->nodes, read->list)) {
    throw unavailable("Redis at " + settings_.server.address() +
                      ": the answer to XREADGROUP is not what it should be");
  }
  if (of.what == expecting::read) {
    more_waits_ = read->list.found.size() >= of.asked;
    keep(std::move(read), arrival::fresh);
  } else {
    history_page_ = std::move(read);
  }
}

void consumer::on_pending(const reply& nodes, std::size_t asked) {
  --reads_;
  asked_ -= asked;
  page_ptr read = std::exchange(history_page_, nullptr);
  if (!read) return;
  std::vector<pending_entry> counts;
  if (!nodes.is_error() && find_pending(nodes, counts)) count_deliveries(read->list, counts);
  entries& list = read->list;
  if (list.found.empty() && list.deleted.empty()) {
    in_history_ = false;
  } else {
    if (!list.found.empty()) history_cursor_ = list.found.back().id;
    if (!list.deleted.empty()) history_cursor_ = std::max(history_cursor_, list.deleted.back());
  }
  keep(std::move(read), arrival::again);
}

// Gives the entries tokens and lets them wait to be handed over; what is in hand already, and what
// was deleted, is left out.
void consumer::keep(page_ptr read, arrival how) {
  entries& list = read->list;
  if (const std::size_t count = list.found.size() + list.deleted.size(); count > 0) {
    std::size_t largest = 0;
    for (const entry& one : list.found) largest = std::max(largest, one.bytes);
    page_size_.saw(count, largest);
  }
  if (how == arrival::again && ledger_.size() > 0) {
    ledger_.ids(ids_in_hand_);
    std::erase_if(list.found, [this](const entry& one) {
      return std::binary_search(ids_in_hand_.begin(), ids_in_hand_.end(), one.id);
    });
  }
  if (!list.deleted.empty()) acknowledge_deleted(control_, list.deleted);
  read->tokens.clear();
  for (const entry& one : list.found) {
    read->tokens.push_back(ledger_.add(one.id));
    waiting_bytes_ += one.bytes;
  }
  read->next = 0;
  if (list.found.empty()) {
    spare_pages_.push_back(std::move(read));
    return;
  }
  waiting_ += list.found.size();
  pages_.push_back(std::move(read));
}

// Returns whether something was handed over.
bool consumer::hand_over(const poll_limits& limits) {
  std::size_t messages = 0;
  std::size_t bytes = 0;
  while (!pages_.empty() && messages < limits.messages) {
    page& from = *pages_.front();
    batch_.clear();
    const std::vector<entry>& found = from.list.found;
    for (; from.next < found.size() && messages < limits.messages; ++from.next) {
      const entry& one = found[from.next];
      holding_slot* const slot = ledger_.find(from.tokens[from.next]);
      if (slot != nullptr) {
        if (messages > 0 && bytes + one.bytes > limits.bytes) break;
        slot->state = holding::open;
        batch_.push_back({from.tokens[from.next], &one});
        bytes += one.bytes;
        ++messages;
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
  return messages > 0;
}

consumer::page_ptr consumer::fresh_page() {
  if (spare_pages_.empty()) return std::make_unique<page>();
  page_ptr taken = std::move(spare_pages_.back());
  spare_pages_.pop_back();
  return taken;
}

} // namespace redis_stream
