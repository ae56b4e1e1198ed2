// How a consumer gets what was delivered before: its own entries after a start, and those that
// others left. In two steps, so that what is in hand, or was left on purpose, stays where it is:
// what is there, and then what of it is taken. Neither counts as a delivery: the server's counter
// of an entry says how often it failed.
#include <algorithm>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

namespace {

constexpr std::size_t scan_count = 1000; // entries looked at in one step

// The range begins behind `after`.
void append_start(command& to, const stream_id& after) {
  if (after == stream_id{}) {
    to.text("-");
    return;
  }
  char text[stream_id_length + 1] = {'('};
  const char* const end = write_id(text + 1, after);
  to.text({text, static_cast<std::size_t>(end - text)});
}

} // namespace

void consumer::append_own(std::size_t count) {
  command pending(reader_.link.out(), 7);
  pending.text("XPENDING").text(settings_.key).text(settings_.group);
  append_start(pending, own_cursor_);
  pending.text("+").number(count).text(settings_.name);
  expect(reader_, expecting::own);
}

// Leaves out what is in hand already.
void consumer::leave_out_known(std::vector<pending_entry>& found) {
  if (ledger_.size() == 0) return;
  ledger_.ids(ids_);
  std::erase_if(found, [this](const pending_entry& one) {
    return std::binary_search(ids_.begin(), ids_.end(), one.id);
  });
}

void consumer::append_take(channel& on, std::span<const pending_entry> which,
                           milliseconds least_idle) {
  command take(on.link.out(), 7 + which.size());
  take.text("EVAL").text(take_script).number(1).text(settings_.key).text(settings_.group);
  take.text(settings_.name).number(least_idle.count());
  for (const pending_entry& one : which) take.id(one.id);
  expect(on, expecting::taken);
}

// A page of its own entries; the read goes on with taking them. But what a handler acknowledges,
// deletes or moves, it does so with this consumer's as with any other's: the scan will find it.
void consumer::on_own(const reply& nodes, std::size_t asked) {
  std::vector<pending_entry> found;
  check_pending(nodes, find_pending(nodes, found));
  if (found.empty()) {
    in_history_ = false;
  } else {
    own_cursor_ = found.back().id;
  }
  leave_out_known(found);
  // What failed for good here is for others.
  std::erase_if(found, [this](const pending_entry& one) {
    return left_.contains(one.id) || is_not_to_be_read(settings_.handlers, one);
  });
  if (found.empty()) return read_answered(asked);
  append_take(reader_, found, settings_.lease);
  reader_.expected.back().asked = asked;
}

// Often enough that what another instance gives back does not wait for long.
milliseconds consumer::claim_interval() const {
  return std::min<milliseconds>(settings_.lease / 3, std::chrono::seconds(5));
}

void consumer::claim(steady::time_point now, const poll_limits& limits) {
  if (!settings_.acknowledge || claims_ > 0 || in_history_) return;
  if (now < next_claim_ || now < paced_until_) return;
  const std::size_t leases = lease_room(now);
  if (!is_any_at_work(leases > 0)) {
    next_claim_ = now + claim_interval(); // it is no reason to wake up before
    return;
  }
  if (limits.messages <= waiting_) return;
  const std::size_t room = limits.bytes - std::min(limits.bytes, bytes_ahead());
  command scan(control_.link.out(), 8);
  scan.text("EVAL").text(idle_script).number(1).text(settings_.key).text(settings_.group);
  append_start(scan, claim_cursor_);
  scan.number(scan_count).number(settings_.lease.count()); // no handler's time is shorter
  expect(control_, expecting::idle);
  control_.expected.back().asked =
      std::min({look_chunk, leases, page_size_.count(limits.messages - waiting_, room)});
  ++claims_;
}

// The room that there is bounds what is claimed, and nothing else: of that `most`.
void consumer::on_idle(const reply& nodes, std::size_t most) {
  std::vector<pending_entry> found;
  check_pending(nodes, find_idle(nodes, found, claim_cursor_));
  leave_out_known(found);
  // What is on its way here, in an answer that takes its time, is not known yet.
  const bool more_comes = reader_.link.in_a_reply();
  const auto is_claimed = [this](std::size_t handler) {
    return settings_.handlers[handler].action == pending_action::claim;
  };
  std::erase_if(found, [&](const pending_entry& one) {
    const std::optional<std::size_t> by = handler_of(one);
    return !by || (most == 0 && is_claimed(*by)) || (more_comes && one.holder == settings_.name);
  });
  std::size_t claims = 0;
  std::size_t others = 0;
  const auto end = std::ranges::find_if(found, [&](const pending_entry& one) {
    return is_claimed(handler_of(one).value()) ? ++claims > most : ++others > look_chunk;
  });
  if (end != found.end()) {
    found.erase(end, found.end());
    claim_cursor_ = found.back().id; // the rest when there is room for it
  }
  handle(found);
  claimed();
}

void consumer::claimed() {
  --claims_;
  if (claims_ == 0 && claim_cursor_ == stream_id{}) next_claim_ = steady::now() + claim_interval();
}

void consumer::on_taken(const channel& from, reply& nodes, const expectation& of) {
  page_ptr taken = fresh_page();
  std::swap(taken->nodes, nodes);
  check_pending(taken->nodes, find_taken(taken->nodes, taken->list));
  if (&from == &reader_) {
    read_answered(of.asked);
  } else {
    claimed();
    if (const std::size_t count = taken->list.found.size(); count > 0) {
      to_.pending_handled(pending_action::claim, count);
      to_.log(severity::info, "claimed " + std::to_string(count) + " entries of the stream '" +
                                  settings_.key + "' whose lease had run out");
    }
  }
  keep(std::move(taken), of.sent);
}

void consumer::check_pending(const reply& nodes, bool understood) {
  if (nodes.is_error()) {
    if (nodes.error().find("NOGROUP") != std::string_view::npos) recreate_group(nodes.error());
    throw unavailable(explain(nodes.error()));
  }
  if (understood) return;
  throw unavailable("Redis at " + settings_.server.address() +
                    ": what is pending is not told as it should be");
}

} // namespace redis::stream
