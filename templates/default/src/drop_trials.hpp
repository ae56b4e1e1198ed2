// Lets real orders pass. Every tenth one is a trial and skipped.
#pragma once

#include <tempest/task.hpp>

#include "order.hpp"

namespace {{identifier}} {

struct drop_trials {
  // false = this message is not for this task: it is done, and nothing follows.
  bool filter(const tempest::message& in) { return parse_order(in.text()).number % 10 != 0; }

  void handle(const tempest::message& in, tempest::outbox& out) { out.forward(in); }
};

inline auto drop_trials_task() {
  return tempest::task<drop_trials>("drop_trials", "Lets real orders pass, skips trials.");
}

} // namespace {{identifier}}
