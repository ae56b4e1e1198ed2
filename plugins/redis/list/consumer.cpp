#include "plugins/redis/list/consumer.hpp"

#include <algorithm>
#include <utility>

#include "plugins/redis/list/tombstone.hpp"

namespace redis::list {

consumer::consumer(consumer_settings settings, listener& to)
    : settings_(std::move(settings)),
      to_(to),
      token_(make_tombstone()),
      tombstone_(make_tombstone()),
      link_(settings_.server),
      page_size_(settings_.read_count) {
  for (const std::string& key : settings_.keys) {
    queue made;
    made.key = key;
    made.waiter = std::make_unique<connection>(settings_.server);
    lists_.push_back(std::move(made));
  }
}

void consumer::poll(const poll_limits& limits) {
  bool woken = false;
  const poll_end end(limits.deadline, more_comes());
  receive(); // what is answered must not wait until all pages were handed over
  for (bool first = true;; first = false) {
    const steady::time_point now = steady::now();
    if (expected_.empty()) send(now, limits);
    link_.flush();
    if (limits.messages > 0 && hand_over(limits)) return;
    const steady::time_point until = end.when(more_comes());
    if (!first && (woken || now >= until)) return;
    if (limits.messages == 0 && settled_all()) return;
    woken = wait(std::min(until, next_event(limits)));
    receive();
    check_answers(steady::now());
  }
}

// One exchange. What is noted of failures stands before the acknowledgements, since those move what
// stands behind them; the read comes last.
void consumer::send(steady::time_point now, const poll_limits& limits) {
  if (!failures_.empty()) send_failures();
  std::vector<token> goes = let_go(now);
  const bool reads = limits.messages > waiting_ && !nothing_ && now >= reads_from_;
  if (!goes.empty()) {
    send_releases(goes, other(settings_.from));
  } else if (!acks_.empty() && (reads || limits.messages == 0 || acks_due() <= now)) {
    send_acks();
  } else if (!releases_.empty()) {
    send_releases(releases_, settings_.from);
  }
  bool sweeps = false;
  if (settings_.acknowledge) {
    send_renewals(now);
    sweeps = send_sweeps(now);
  }
  if (lengths_wanted_) send_lengths();
  // What goes back in several steps goes back from its end: it is read once all of it is there.
  if (reads && !sweeps) (void)send_take(limits);
  if (limits.messages > waiting_ && !reads) arm_waiters();
  if (!expected_.empty()) exchange_sent_ = now;
}

// No answer keeps waiting: a read that finds nothing says so at once.
bool consumer::settled_all() const {
  return expected_.empty() && acks_.empty() && releases_.empty() && failures_.empty();
}

steady::time_point consumer::next_event(const poll_limits& limits) const {
  if (!expected_.empty()) return std::max(exchange_sent_, link_.moved()) + settings_.timeout;
  steady::time_point next = acks_due();
  if (settings_.acknowledge) next = std::min({next, next_renew_, next_sweep_});
  if (!releases_.empty() || !failures_.empty()) next = steady::time_point::min();
  next = std::min(next, let_go_due());
  if (limits.messages == 0) return next;
  if (!nothing_ && waiting_ == 0) next = std::min(next, reads_from_);
  for (const queue& one : lists_) {
    if (one.waits) next = std::min(next, one.wait_sent + settings_.block + settings_.timeout);
  }
  return next;
}

// Only after looking for answers: this process, not the server, may have been the one that slept.
// An answer that is on its way may take as long as it goes on coming.
void consumer::check_answers(steady::time_point now) const {
  bool late =
      !expected_.empty() && now >= std::max(exchange_sent_, link_.moved()) + settings_.timeout;
  for (const queue& one : lists_) {
    late = late || (one.waits && now >= one.wait_sent + settings_.block + settings_.timeout);
  }
  if (late) refuse("no answer for " + std::to_string(settings_.timeout.count()) + " ms");
}

void consumer::refuse(const std::string& what) const {
  throw unavailable(settings_.server, what);
}

void consumer::check(const reply& nodes) const {
  if (!nodes.is_error()) return;
  std::string lists;
  for (const queue& one : lists_) lists += (lists.empty() ? "'" : ", '") + one.key + "'";
  throw unavailable(link_.explain(nodes.error()) + "; it concerns the list " + lists +
                    " or a key that is named after it");
}

// Another has it now: connecting anew makes this one a consumer again.
void consumer::lost(std::uint32_t list) {
  lose(list);
  refuse("what consumer '" + settings_.name + "' had of the list '" + lists_[list].key +
         "' is no longer its own: this process was away for longer than the lease, another one has "
         "the same `consumer`, somebody has changed a key that is named after the list, or the "
         "server has lost what it knew");
}

void consumer::expect(expecting what, std::uint32_t list, std::uint64_t step) {
  expected_.push_back({what, list, step, {}, {}});
}

bool consumer::wait(steady::time_point until) {
  std::vector<waiting> which{{link_.fd(), link_.has_output()}};
  for (const queue& one : lists_) {
    if (one.waits) which.push_back({one.waiter->fd(), one.waiter->has_output()});
  }
  return wait_for_any(wake_, which, until);
}

void consumer::receive() {
  hear_waiters();
  if (!link_.is_open()) return;
  link_.flush();
  link_.receive(); // also when no answer is due: it may have been closed
  page_ptr taken = fresh_page();
  while (!expected_.empty() && link_.next(taken->nodes)) answer(taken->nodes);
  spare_pages_.push_back(std::move(taken));
}

// Takes the answer to the oldest command. What is to be kept of `nodes` is swapped out of it.
void consumer::answer(reply& nodes) {
  check(nodes); // before it is taken off, so that it counts as not answered
  const bool is_refusal = nodes.root().type == reply_type::integer && nodes.root().integer == 0;
  const expectation of = std::move(expected_.front());
  expected_.pop_front();
  switch (of.what) {
    case expecting::take:
      on_taken(nodes, of);
      break;
    case expecting::ack:
    case expecting::release:
      if (is_refusal) {
        expected_.push_front(of); // lose() answers for it
        lost(of.list);
      }
      confirm(of);
      break;
    case expecting::renew:
    case expecting::count:
      if (is_refusal) lost(of.list);
      break;
    case expecting::sweep:
      on_swept(nodes, of.list);
      break;
    case expecting::length:
      lists_[of.list].length = nodes.root().integer;
      lengths_known_ = true;
      break;
    case expecting::leave:
      break;
  }
}

std::int64_t consumer::depth() {
  if (steady::now() - lengths_asked_ > std::chrono::seconds(1)) lengths_wanted_ = true;
  if (!lengths_known_) return -1;
  std::int64_t all = 0;
  for (const queue& one : lists_) all += one.length;
  return all;
}

} // namespace redis::list
