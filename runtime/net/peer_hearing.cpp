// What a session hears. Whatever cannot be said ends it, and it alone.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "runtime/base/clock.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/net/peer_session.hpp"

namespace tempest::net {
namespace {

constexpr std::size_t longest_reason = 300;
static_assert(longest_reason >= wire::longest_trouble);

std::string shown(std::string_view reason) {
  return base::one_line(reason.substr(0, longest_reason));
}

} // namespace

void peer_session::received(const wire::frame_reader::frame& frame) {
  const wire::message said = decoder_.decode(frame.body, frame.home);
  if (!in_) {
    const auto* const hello = std::get_if<wire::hello>(&said);
    if (hello == nullptr) throw wire::protocol_error("it speaks before it has introduced itself");
    return host_.introduced(*this, *hello);
  }
  if (std::holds_alternative<wire::unknown>(said)) return;
  if (const auto* const report = std::get_if<wire::report>(&said)) return hear(*report);
  if (const auto* const credit = std::get_if<wire::credit>(&said)) return hear(*credit);
  if (const auto* const alive = std::get_if<wire::heartbeat>(&said)) return hear(*alive);
  const auto* const goodbye = std::get_if<wire::goodbye>(&said);
  if (goodbye == nullptr) throw wire::protocol_error("it says what only a topology says, or twice");
  over_ = true;
  wire_->leave({});
  host_.ended(*this, "it said good-bye: " + shown(goodbye->reason), true);
}

std::size_t peer_session::known(std::uint32_t task) const {
  if (task < tasks_.size()) return task;
  throw wire::protocol_error(
      fmt::format("it speaks of its task {}, and has {}", task, tasks_.size()));
}

// Who has not granted anything was sent nothing, and is not there yet for the owner.
void peer_session::require_credit() const {
  if (!granted_) throw wire::protocol_error("it speaks of deliveries before it grants any");
}

void peer_session::hear(const wire::credit& said) {
  credit_[known(said.task)].grant(said.messages, said.bytes);
  if (!std::exchange(granted_, true)) host_.granted(*this);
}

void peer_session::hear(const wire::report& said) {
  const std::size_t task = known(said.task);
  require_credit();
  check_report(*said.done, host_.limits[tasks_[task].id],
               [this](engine::delivery_ref input) { return host_.inherited_bytes(input); });
  credit_[task].reported(said.done->results.size());
  host_.reported(*this, task, *said.done);
}

void peer_session::hear(const wire::heartbeat& said) {
  const std::int64_t now_ns = base::steady_ns();
  for (auto& of_task : begun_) of_task.clear();
  for (const wire::begun& one : said.running) {
    const std::int64_t age_ns =
        std::min<std::int64_t>(now_ns, one.age_ms * std::int64_t{1'000'000});
    require_credit();
    begun_[known(one.task)].push_back({engine::delivery_ref::of(one.token), now_ns - age_ns});
  }
  for (std::size_t task = 0; task < begun_.size() && !over_; ++task) {
    if (!begun_[task].empty()) host_.running(*this, task, begun_[task]);
  }
  // A suspect is begun over there as soon as this is known to have arrived.
  if (!said.running.empty() && !over_) wire_->acknowledge();
  hear_stuck(said.stuck);
  for (const wire::work& one : said.done) {
    const std::size_t task = known(one.task);
    if (granted_ && !over_) host_.worked(*this, task, one);
  }
  hear_sinks(said.sinks);
}

// Who has not granted anything is not there yet, for whatever reason.
void peer_session::hear_stuck(std::span<const std::uint32_t> tasks) {
  std::vector<bool> now(tasks_.size());
  for (const std::uint32_t task : tasks) now[known(task)] = true;
  for (std::size_t task = 0; task < now.size() && granted_ && !over_; ++task) {
    if (stuck_[task] == now[task]) continue;
    stuck_[task] = now[task];
    host_.stuck(*this, task, now[task]);
  }
}

// What is not said again is over.
void peer_session::hear_sinks(std::span<const wire::sink_trouble> said) {
  std::vector<std::string> now(tasks_.size());
  for (const wire::sink_trouble& one : said) now[known(one.task)] = shown(one.reason);
  for (std::size_t task = 0; granted_ && task < now.size() && !over_; ++task) {
    host_.sink_trouble(*this, task, now[task]);
  }
}

void peer_session::ended(std::string_view reason) {
  if (over_) return;
  // A newcomer that talks nonsense is told nothing.
  if (in_) say_goodbye(reason);
  over_ = true;
  host_.ended(*this, shown(reason), false);
}

} // namespace tempest::net
