// How a consumer keeps what is in hand, and looks after what others left.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/scripts.hpp"

namespace redis::list {

namespace {

constexpr std::chrono::seconds longest_sweep_pause{5};

} // namespace

void consumer::send_renewals(steady::time_point now) {
  if (now < next_renew_) return;
  last_renew_ = now;
  next_renew_ = now + settings_.lease / 3;
  for (std::uint32_t list = 0; list < lists_.size(); ++list) {
    const queue& one = lists_[list];
    command renew(link_.out(), 9);
    renew.text("EVAL").text(renew_script).text("1").text(one.key).text(settings_.name);
    renew.text(owner(one.last_step)).number(one.order.size() - one.leaving);
    renew.text(token_).number(settings_.lease.count());
    expect(expecting::renew, list);
  }
}

milliseconds consumer::sweep_pause() const {
  return std::min<milliseconds>(settings_.lease / 3, longest_sweep_pause);
}

// Returns whether it was time.
bool consumer::send_sweeps(steady::time_point now) {
  if (now < next_sweep_) return false;
  next_sweep_ = now + sweep_pause();
  for (std::uint32_t list = 0; list < lists_.size(); ++list) {
    command sweep(link_.out(), 8);
    sweep.text("EVAL").text(sweep_script).text("1").text(lists_[list].key).text(settings_.name);
    sweep.text(word(settings_.from)).number(step_elements).number(step_bytes);
    expect(expecting::sweep, list);
  }
  return true;
}

void consumer::on_swept(const reply& nodes, std::uint32_t list) {
  if (nodes.size() < 3) refuse("what dead consumers held is not told as it should be");
  const bool more = nodes.at(1).integer != 0;
  lists_[list].others = nodes.at(2).integer;
  for (std::size_t at = 3; at + 1 < nodes.size(); at += 2) {
    to_.log(severity::info, "gave back " + std::to_string(nodes.at(at + 1).integer) +
                                " elements of the list '" + lists_[list].key +
                                "' that the consumer '" + std::string(nodes.text(nodes.at(at))) +
                                "' held, whose lease had run out");
    nothing_ = false;
  }
  if (more) next_sweep_ = steady::now();
}

void consumer::send_lengths() {
  lengths_wanted_ = false;
  lengths_asked_ = steady::now();
  for (std::uint32_t list = 0; list < lists_.size(); ++list) {
    append_command(link_.out(), std::string_view("LLEN"), lists_[list].key);
    expect(expecting::length, list);
  }
}

} // namespace redis::list
