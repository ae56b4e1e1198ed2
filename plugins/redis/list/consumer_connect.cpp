// How a consumer reaches its server and its lists, at first and again.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/scripts.hpp"

namespace redis::list {

namespace {

std::uint64_t number_in(const reply& nodes, std::size_t at) {
  if (at >= nodes.size() || nodes.at(at).type != reply_type::integer) return 0;
  return static_cast<std::uint64_t>(nodes.at(at).integer);
}

} // namespace

void consumer::connect() {
  hang_up();
  try {
    link_.open(wake_, settings_.timeout);
    for (queue& one : lists_) one.waiter->open(wake_, settings_.timeout);
    ++fence_;
    for (std::uint32_t list = 0; list < lists_.size(); ++list) {
      reply length;
      append_command(link_.out(), std::string_view("LLEN"), lists_[list].key);
      call(length);
      if (length.is_error()) {
        throw unavailable(link_.explain(length.error()) + "; it concerns the list '" +
                          lists_[list].key + "'");
      }
      lists_[list].length = length.root().integer;
      if (settings_.acknowledge) acquire(list);
    }
  } catch (...) {
    hang_up();
    throw;
  }
  const steady::time_point now = steady::now();
  last_renew_ = now;
  next_renew_ = now + settings_.lease / 3;
  // When the server was away, others may need a moment, too, to be heard of again.
  next_sweep_ = was_consumer_ ? now + sweep_pause() : now;
  was_consumer_ = lengths_known_ = true;
}

void consumer::hang_up() {
  link_.close();
  for (queue& one : lists_) {
    one.waiter->close();
    one.waits = false;
    one.unsure_take = one.unsure_take || taking_;
    one.leaving = 0;
  }
  taking_ = nothing_ = false;
  for (expectation& lost : expected_) {
    const bool settles = lost.what == expecting::ack || lost.what == expecting::release;
    if (settles && !lost.tokens.empty()) unsure_.push_back(std::move(lost));
  }
  expected_.clear();
}

void consumer::call(reply& into) {
  link_.call(into, wake_, settings_.timeout);
}

std::string consumer::owner(std::uint64_t step) const {
  return token_ + ":" + std::to_string(fence_) + ":" + std::to_string(step);
}

void consumer::acquire(std::uint32_t list) {
  queue& one = lists_[list];
  command ask(link_.out(), 10);
  ask.text("EVAL").text(acquire_script).text("1").text(one.key).text(settings_.name).text(token_);
  ask.number(settings_.lease.count());
  ask.text(settings_.sole_name && !was_consumer_ ? "1" : "0").number(fence_).number(one.last_step);
  reply made;
  call(made);
  if (made.is_error()) {
    throw unavailable(link_.explain(made.error()) + "; it concerns the list '" + one.key + "'");
  }
  if (made.size() != 4) refuse("the consumer of a list is not told as it should be");
  const std::uint64_t how = number_in(made, 1);
  if (how == 0) {
    refuse("the name '" + settings_.name + "' is another process's: a heartbeat of the list '" +
           one.key + "' lives " + std::to_string(number_in(made, 2)) +
           " ms more. After a crash that is the time to wait; else give each process a `consumer` "
           "of its own");
  }
  if (how == 1 && resolve(list, number_in(made, 3), number_in(made, 2))) return;
  lose(list);
  one.step = one.last_step = number_in(made, 3);
  if (number_in(made, 2) > 0) give_back_newest(list, one.step, 0);
}

// What the server has done of what it did not answer. Returns false when what it has is not what
// this consumer left there: it was another's meanwhile, or the server has lost its last seconds.
bool consumer::resolve(std::uint32_t list, std::uint64_t step, std::uint64_t length) {
  queue& one = lists_[list];
  if (step < one.step || step > one.last_step + 1) return false;
  std::deque<expectation> of_others;
  for (expectation& sent : unsure_) {
    if (sent.list != list) {
      of_others.push_back(std::move(sent));
    } else if (sent.step <= step) {
      confirm(sent);
    } else {
      take_back(sent);
    }
  }
  unsure_ = std::move(of_others);
  const bool has_taken = one.unsure_take && step == one.last_step + 1;
  if (length < one.order.size() || (length > one.order.size() && !has_taken)) return false;
  if (has_taken) give_back_newest(list, step, one.order.size()); // nobody has heard of it
  one.step = one.last_step = step;
  one.unsure_take = false;
  return true;
}

// It was not done: it is to be sent again, or to be let go again.
void consumer::take_back(const expectation& sent) {
  if (sent.what == expecting::ack) {
    acks_.insert(acks_.end(), sent.tokens.begin(), sent.tokens.end());
    return;
  }
  for (const token one : sent.tokens) {
    const auto* const slot = ledger_.find(one);
    if (slot != nullptr && slot->state == holding::read) {
      kept_.push_front({one, steady::now()});
    } else {
      releases_.push_back(one);
    }
  }
}

// All but the `kept` oldest in hand go back to the list.
void consumer::give_back_newest(std::uint32_t list, std::uint64_t step, std::size_t kept) {
  reply left;
  do {
    command back(link_.out(), 10);
    back.text("EVAL").text(give_back_script).text("1").text(lists_[list].key);
    back.text(settings_.name).text(owner(step)).text(word(settings_.from));
    back.number(step_elements).number(step_bytes).number(kept);
    call(left);
    check(left);
    if (left.root().integer < 0) refuse("another process has the name '" + settings_.name + "'");
  } while (left.root().integer > 0);
}

// All that this consumer had of the list is another's, or nobody's: whoever took it, a flush, or a
// server that forgot.
void consumer::lose(std::uint32_t list) {
  queue& one = lists_[list];
  answer_gone(list);
  std::vector<token> all;
  std::vector<token> open;
  ledger_.tokens(all);
  for (const token of : all) {
    const auto* const slot = ledger_.find(of);
    if (slot->id.list != list) continue;
    if (slot->state == holding::open) open.push_back(of);
    ledger_.erase(of);
  }
  std::erase_if(failures_, [&](const failure& noted) { return noted.where.list == list; });
  forget_left(list);
  one.order.clear();
  one.leaving = 0;
  one.unsure_take = false;
  if (open.empty()) return;
  to_.log(severity::warn, std::to_string(open.size()) + " elements of the list '" + one.key +
                              "' are no longer this consumer's; they are read again");
  to_.withdrawn(open);
}

// Outcomes that cannot be brought to the server any more.
void consumer::answer_gone(std::uint32_t list) {
  const auto answer = [&](std::vector<token>& queued, outcome of) {
    std::vector<token> gone;
    std::erase_if(queued, [&](token which) {
      const auto* const slot = ledger_.find(which);
      if (slot == nullptr || slot->id.list != list) return slot == nullptr;
      if (slot->state == holding::settling) gone.push_back(which);
      ledger_.erase(which);
      return true;
    });
    if (!gone.empty()) to_.settled(gone, of, confirmation::gone);
  };
  for (std::deque<expectation>* sent : {&unsure_, &expected_}) {
    for (expectation& each : *sent) {
      if (each.what == expecting::ack) answer(each.tokens, outcome::ack);
      if (each.what == expecting::release) answer(each.tokens, outcome::give_back);
    }
  }
  std::erase_if(unsure_, [](const expectation& each) { return each.tokens.empty(); });
  answer(acks_, outcome::ack);
  answer(releases_, outcome::give_back);
}

} // namespace redis::list
