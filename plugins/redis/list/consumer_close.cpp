// How a consumer leaves.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/scripts.hpp"

namespace redis::list {

void consumer::close(steady::time_point deadline) {
  if (connected()) {
    try {
      finish(deadline);
    } catch (const std::exception& error) {
      to_.log(severity::warn, std::string("while closing: ") + error.what());
    }
  }
  hang_up();
  answer_rest();
}

void consumer::finish(steady::time_point deadline) {
  for (bool left = false;;) {
    if (expected_.empty()) {
      give_back_pages();
      if (!failures_.empty()) send_failures();
      if (!acks_.empty()) {
        send_acks();
      } else if (!releases_.empty()) {
        send_releases(releases_, settings_.from);
      }
      if (expected_.empty() && (left || !settings_.acknowledge)) return;
      if (expected_.empty()) {
        leave();
        left = true;
      }
      exchange_sent_ = steady::now();
    }
    link_.flush();
    if (steady::now() >= deadline) return;
    wait(std::min(deadline, steady::now() + settings_.timeout));
    receive();
    check_answers(steady::now());
  }
}

void consumer::give_back_pages() {
  for (; !pages_.empty(); pages_.pop_front()) {
    page& left = *pages_.front();
    for (; left.next < left.tokens.size(); ++left.next) {
      if (settings_.acknowledge && ledger_.find(left.tokens[left.next]) != nullptr) {
        releases_.push_back(left.tokens[left.next]);
      }
    }
  }
  waiting_ = waiting_bytes_ = 0;
}

// What failed for good here is for others from now on.
void consumer::leave() {
  for (std::uint32_t list = 0; list < lists_.size(); ++list) {
    command leave(link_.out(), 6);
    leave.text("EVAL").text(leave_script).text("1").text(lists_[list].key).text(settings_.name);
    leave.text(owner(lists_[list].last_step));
    expect(expecting::leave, list);
  }
}

// What the server did not confirm is said to be unconfirmed.
void consumer::answer_rest() {
  for (expectation& sent : unsure_) {
    std::vector<token>& queued = sent.what == expecting::ack ? acks_ : releases_;
    queued.insert(queued.end(), sent.tokens.begin(), sent.tokens.end());
  }
  unsure_.clear();
  const auto answer = [&](std::vector<token>& queued, outcome of) {
    std::erase_if(queued, [this](token which) {
      const auto* const slot = ledger_.find(which);
      return slot == nullptr || slot->state != holding::settling;
    });
    if (!queued.empty()) to_.settled(queued, of, confirmation::retry);
    for (const token which : queued) ledger_.erase(which);
    queued.clear();
  };
  answer(acks_, outcome::ack);
  answer(releases_, outcome::give_back);
}

} // namespace redis::list
