// How a topology takes leave of its task processes.
#include <fmt/format.h>

#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/service/hang_log.hpp"
#include "runtime/service/remote_workers.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t goodbye_ns = 1'500'000'000; // at most so long its last word may take

} // namespace

bool remote_workers::all_done() const {
  if (hurried_) return true;
  for (const std::vector<group>& groups : by_task_) {
    for (const group& one : groups) {
      if (one.session->in_hand(one.position) > 0) return false;
    }
  }
  return true;
}

// At the end: what is not reported by now is not waited for.
void remote_workers::hurry() {
  if (std::exchange(hurried_, true)) return;
  for (std::uint32_t task = 0; task < by_task_.size(); ++task) {
    for (const group& one : by_task_[task]) {
      if (one.session->in_hand(one.position) > 0) say_abandoned(one, task);
    }
  }
}

void remote_workers::say_abandoned(const group& one, std::uint32_t task) const {
  std::string text = fmt::format("task process {} has {} messages in its hands still",
                                 one.session->name(), one.session->in_hand(one.position));
  const std::int64_t now = base::steady_ns();
  std::string message;
  for (const engine::begun& each : one.begun) {
    message = engine_->message_id(each.delivery);
    if (message.empty()) continue; // it has ended since
    text += fmt::format("; this one it began {:.1f} s ago", in_seconds(now - each.since));
    break;
  }
  base::log(base::log_level::error, text + ": the topology ends without them",
            {.topology = plan_.settings.name,
             .task = plan_.tasks[task].settings.name,
             .message_id = message});
}

void remote_workers::join() {
  suspects_.keep(*engine_);
  say_goodbye();
}

void remote_workers::say_goodbye() {
  if (!server_) return;
  server_->close("the topology ends");
  const std::int64_t deadline = base::steady_ns() + goodbye_ns;
  while (!server_->all_gone() && base::steady_ns() < deadline) loop_.wait(deadline);
}

} // namespace tempest::service
