#include "plugins/redis/stream/consumer.hpp"

#include <algorithm>
#include <utility>

namespace redis::stream {

consumer::consumer(consumer_settings settings, listener& to, wakeup& wake)
    : settings_(std::move(settings)),
      to_(to),
      wake_(wake),
      reader_{connection(settings_.server), {}},
      control_{connection(settings_.server), {}},
      ledger_(settings_.tag),
      page_size_(settings_.read_count) {
  if (settings_.handlers.empty()) settings_.handlers = {{.key = {}, .min_idle = settings_.lease}};
  handler_states_.resize(settings_.handlers.size());
}

void consumer::send(steady::time_point now, const poll_limits& limits) {
  request_read(limits); // takes waiting acknowledgements with it
  if (!acks_.empty() && reads_ == 0) send_acks(reader_);
  // Behind a read that may be blocked they would wait too long.
  if (!acks_.empty() && (limits.messages == 0 || acks_due() <= now)) send_acks(control_);
  reader_.link.flush();
  if (!failures_.empty()) send_failures();
  give_back_waiting(now);
  if (!releases_.empty()) send_releases();
  renew(now);
  claim(now, limits);
  if (lag_wanted_) ask_lag();
  control_.link.flush();
}

bool consumer::settled_all() const {
  const auto is_read = [](const expectation& one) { return one.what == expecting::read; };
  return control_.expected.empty() && !in_a_round() &&
         std::all_of(reader_.expected.begin(), reader_.expected.end(), is_read);
}

steady::time_point consumer::next_event(const poll_limits& limits) const {
  steady::time_point next = acks_due();
  next = std::min({next, given_up_at(reader_), given_up_at(control_)});
  if (!settings_.acknowledge) return next;
  next = std::min(next, renewal_due());
  if (claims_ == 0 && !in_history_ && limits.messages > 0) {
    next = std::min(next, std::max(next_claim_, paced_until_));
  }
  return next;
}

// Only after looking for answers: this process, not the server, may have been the one that slept.
void consumer::check_answers(steady::time_point now) const {
  for (const channel* one : {&reader_, &control_}) {
    if (now < given_up_at(*one)) continue;
    throw unavailable("Redis at " + settings_.server.address() + ": no answer for " +
                      std::to_string(settings_.timeout.count()) + " ms");
  }
}

// An answer that is on its way may take as long as it goes on coming.
steady::time_point consumer::given_up_at(const channel& on) const {
  if (on.expected.empty()) return steady::time_point::max();
  return std::max(on.expected.front().latest, on.link.moved() + settings_.timeout);
}

void consumer::expect(channel& on, expecting what, std::vector<token> tokens) {
  on.expected.push_back(
      {what, steady::now() + settings_.timeout, std::move(tokens), boot_clock::now()});
}

void consumer::append_waits(std::vector<waiting>& to) const {
  for (const channel* one : {&reader_, &control_}) {
    to.push_back({one->link.fd(), one->link.has_output()});
  }
}

void consumer::wait(steady::time_point until) {
  std::vector<waiting> which;
  append_waits(which);
  (void)wait_for_any(wake_, which, until);
}

void consumer::receive() {
  receive(reader_);
  receive(control_);
  check_answers(steady::now());
}

void consumer::receive(channel& from) {
  if (!from.link.is_open()) return;
  from.link.flush();
  from.link.receive();
  page_ptr taken = fresh_page();
  while (from.link.is_open() && !from.expected.empty() && from.link.next(taken->nodes)) {
    answer(from, taken->nodes);
  }
  spare_pages_.push_back(std::move(taken));
}

// Takes the answer to the oldest command. What is to be kept of `nodes` is swapped out of it.
void consumer::answer(channel& from, reply& nodes) {
  expectation of = std::move(from.expected.front());
  from.expected.pop_front();
  switch (of.what) {
    case expecting::read:
      on_read(nodes, of);
      break;
    case expecting::own:
      on_own(nodes, of.asked);
      break;
    case expecting::idle:
      pace(of.sent);
      on_idle(nodes, of.asked);
      break;
    case expecting::taken:
      on_taken(from, nodes, of);
      break;
    case expecting::looked:
      on_looked(nodes, of);
      break;
    case expecting::handled:
      on_handled(nodes, of);
      break;
    case expecting::limit:
      on_limit(nodes);
      break;
    case expecting::ack:
      on_ack(nodes, of.tokens);
      break;
    case expecting::release:
      on_release(of.tokens, nodes);
      break;
    case expecting::renew:
      on_renewed(of, nodes);
      break;
    case expecting::lag:
      lag_ = find_lag(nodes, settings_.group).value_or(-1);
      break;
    case expecting::unblock:
      // Without the right to unblock, hanging up ends the read as well.
      if (nodes.is_error()) drop(reader_);
      break;
    case expecting::nothing:
      break;
  }
  if (of.tokens.capacity() > 0) {
    of.tokens.clear();
    spare_tokens_.push_back(std::move(of.tokens));
  }
}

std::int64_t consumer::depth() {
  if (steady::now() - lag_asked_ > std::chrono::seconds(1)) lag_wanted_ = true;
  return lag_;
}

} // namespace redis::stream
