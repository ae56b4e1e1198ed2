// How a consumer leaves.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

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
  if (reader_id_ == 0) drop(reader_);
  exchange_until_settled(deadline);
  if (control_.link.is_open()) leave(deadline);
}

// Sends outcomes and gives back what was read and not handed over, until all of it is answered.
void consumer::exchange_until_settled(steady::time_point deadline) {
  for (;;) {
    const steady::time_point now = steady::now();
    while (!pages_.empty()) give_back_page();
    if (!acks_.empty()) send_acks(control_);
    if (!failures_.empty()) send_failures();
    if (!releases_.empty()) send_releases();
    if (reads_ > 0 && control_.expected.empty()) {
      command(control_.link.out(), 3).text("CLIENT").text("UNBLOCK").number(reader_id_);
      expect(control_, expecting::unblock);
    }
    if (reader_.link.is_open()) reader_.link.flush();
    control_.link.flush();
    if (reader_.expected.empty() && control_.expected.empty()) return;
    if (now >= deadline) return;
    wait(std::min(deadline, now + settings_.timeout));
    receive();
  }
}

void consumer::leave(steady::time_point deadline) {
  if (!control_.expected.empty()) return;
  command(control_.link.out(), 6)
      .text("EVAL")
      .text(leave_script)
      .number(1)
      .text(settings_.key)
      .text(settings_.group)
      .text(settings_.name);
  expect(control_, expecting::nothing);
  while (!control_.expected.empty() && steady::now() < deadline) {
    control_.link.flush();
    wait(deadline);
    receive(control_);
  }
}

// What the server did not confirm is said to be unconfirmed.
void consumer::answer_rest() {
  if (!acks_.empty()) to_.settled(acks_, outcome::ack, confirmation::retry);
  std::erase_if(releases_, [this](token of) {
    const holding_slot* const slot = ledger_.find(of);
    return slot == nullptr || slot->state != holding::settling;
  });
  if (!releases_.empty()) to_.settled(releases_, outcome::give_back, confirmation::retry);
  for (std::vector<token>* queue : {&acks_, &releases_}) {
    for (const token of : *queue) ledger_.erase(of);
    queue->clear();
  }
}

} // namespace redis::stream
