#include "runtime/conformance/source_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/conformance/payload_words.hpp"

namespace tempest::conformance {
namespace {

using nlohmann::json;

constexpr milliseconds reconnect_pause{20};
// How long a source that has no lease may take to hand out again what it was given back.
constexpr milliseconds quiet{500};

} // namespace

source_script::source_script(site& at) : process(at), site_(at) {
  make();
}

void source_script::make() {
  const json answer = process.ask({{"do", "create"}, {"options", process.options()}});
  if (!answer.at("ok").get<bool>()) {
    throw found("create refused the options: " + answer.at("error").get<std::string>());
  }
  ask({{"do", "traits"}});
}

json source_script::ask(json request, std::int64_t due_ms) {
  json answer = process.ask(std::move(request), due_ms);
  if (answer.contains("unknown")) return answer;
  hear(answer);
  const auto reason = answer.value("error", std::string());
  if (!reason.empty()) error = reason;
  return answer;
}

void source_script::hear(const json& answer) {
  guarantee_ = answer.at("guarantee");
  lease_ms_ = answer.at("lease_ms");
  renews_ = answer.at("renews");
  counts_deliveries_ = answer.at("counts_deliveries");
  const std::int64_t now = base::steady_ns();
  for (const json& one : answer.at("messages")) {
    messages.push_back(
        {one["token"], one["id"], one["payload"], one["deliveries"], one["failures"], now});
    need_whole(messages.back().payload);
    open_[messages.back().token] = messages.back().payload;
    payloads_.insert(messages.back().payload);
    ++events_;
  }
  for (const json& one : answer.at("answers")) hear_answer(one[0], one[1], one[2]);
  for (const json& one : answer.at("withdrawn")) {
    withdrawn.insert(one.get<std::uint64_t>());
    open_.erase(one.get<std::uint64_t>());
    settling_.erase(one.get<std::uint64_t>());
    ++events_;
  }
}

void source_script::need_whole(const std::string& payload) const {
  if (site_.filled() == nullptr || site_.filled()->find(payload)) return;
  throw found("it hands out what `fill` never put there: " + payload_words(payload));
}

void source_script::hear_answer(std::uint64_t token, std::uint32_t outcome, std::uint32_t result) {
  ++events_;
  if (result == TEMPEST_SETTLED_RETRY) {
    again_[token] = static_cast<tempest_outcome>(outcome);
    return;
  }
  results[token] = result;
  if (outcome == TEMPEST_ACK && result == TEMPEST_SETTLED_OK) acknowledged_.insert(open_[token]);
  open_.erase(token);
  settling_.erase(token);
}

bool source_script::connect() {
  connected_ = ask({{"do", "connect"}}).at("ok");
  return connected_;
}

polled source_script::poll(std::size_t count, milliseconds wait, std::size_t bytes,
                           microseconds interrupt_after) {
  const json answer = ask({{"do", "poll"},
                           {"messages", count},
                           {"bytes", bytes},
                           {"wait_ms", wait.count()},
                           {"interrupt_after_us", interrupt_after.count()}},
                          wait.count());
  polled made;
  made.status = answer.at("status");
  made.error = answer.at("error");
  made.pushed = answer.at("pushed");
  made.pushed_bytes = answer.at("pushed_bytes");
  made.took = microseconds{answer.at("took_us").get<std::int64_t>()};
  made.interrupted_us = answer.value("interrupted_us", std::int64_t{0});
  made.excused_us = answer.at("excused_us");
  connected_ = made.status != TEMPEST_POLL_UNAVAILABLE;
  ended = made.status == TEMPEST_POLL_END;
  return made;
}

bool source_script::step() {
  const std::size_t before = events_;
  if (!connected_ && !connect()) {
    std::this_thread::sleep_for(reconnect_pause);
    return events_ != before;
  }
  for (const auto& [token, outcome] : std::exchange(again_, {})) settle({token}, outcome);
  if (keeps_leases) extend_open();
  last = poll(poll_messages, short_wait, poll_bytes);
  if (last.status == TEMPEST_POLL_UNAVAILABLE || last.status == TEMPEST_POLL_END) {
    std::this_thread::sleep_for(reconnect_pause);
  }
  return events_ != before;
}

void source_script::until(const std::string& what, const std::function<bool()>& holds) {
  // What happens is a reason to wait on, but not for ever: some sources never run dry.
  const std::int64_t patience_ns = base::nanoseconds(site_.patience());
  const std::int64_t end_ns = base::steady_ns() + 5 * patience_ns;
  std::int64_t limit_ns = 0;
  std::size_t before = events_ + 1;
  while (!holds()) {
    if (events_ != before) limit_ns = std::min(base::steady_ns() + patience_ns, end_ns);
    before = events_;
    if (base::steady_ns() > limit_ns) {
      throw found(
          fmt::format("{}: it was given {} ms after the last that happened; {} messages have come, "
                      "{} are open, "
                      "{} were withdrawn{}",
                      what, site_.patience().count(), messages.size(), open_.size(),
                      withdrawn.size(), error.empty() ? "" : "; its last reason: " + error));
    }
    step();
  }
}

void source_script::read_all_of(const std::vector<std::string>& wanted) {
  until(fmt::format("of {} messages that are to come not all do", wanted.size()), [&] {
    return std::ranges::all_of(wanted, [&](const auto& one) { return payloads_.contains(one); });
  });
}

void source_script::watch() {
  const std::int64_t end = base::steady_ns() + base::nanoseconds(lease() * 3 / 2 + quiet);
  while (base::steady_ns() < end) step();
}

void source_script::settle(const tokens& which, tempest_outcome outcome) {
  if (which.empty()) return;
  for (const std::uint64_t one : which) settling_[one] = outcome;
  ask({{"do", "settle"},
       {"tokens", which},
       {"outcomes", std::vector<std::uint8_t>(which.size(), static_cast<std::uint8_t>(outcome))}});
}

bool source_script::tell_failures(const tokens& which, std::uint32_t count) {
  return !ask({{"do", "failed"},
               {"tokens", which},
               {"counts", std::vector<std::uint32_t>(which.size(), count)}})
              .contains("unknown");
}

tokens source_script::open() const {
  tokens made;
  for (const auto& [token, payload] : open_) {
    if (!settling_.contains(token)) made.push_back(token);
  }
  return made;
}

void source_script::settle_open(tempest_outcome outcome) {
  settle(open(), outcome);
}

void source_script::until_answered() {
  const std::size_t room = std::exchange(poll_messages, 0);
  until("not every settlement is answered", [&] { return settling_.empty(); });
  poll_messages = room;
}

// A third of the lease apart, as the engine does it.
void source_script::extend_open() {
  const std::int64_t now = base::steady_ns();
  if (!renews_ || lease_ms_ == 0 || now - renewed_ns_ < lease_ms_ * 1'000'000 / 3) return;
  if (renewed_ns_ != 0) worst_gap_ns_ = std::max(worst_gap_ns_, now - renewed_ns_);
  renewed_ns_ = now;
  const tokens which = open();
  if (!which.empty()) ask({{"do", "extend"}, {"tokens", which}});
}

bool source_script::healthy() {
  return ask({{"do", "healthy"}}).at("ok");
}

milliseconds source_script::close(milliseconds wait) {
  const json answer = ask({{"do", "close"}, {"wait_ms", wait.count()}}, wait.count());
  connected_ = false;
  return milliseconds{answer.at("took_us").get<std::int64_t>() / 1000};
}

polled source_script::interrupted_connect(microseconds after) {
  const json answer = ask({{"do", "connect"}, {"interrupt_after_us", after.count()}});
  polled made;
  made.interrupted_us = answer.at("interrupted_us");
  made.excused_us = answer.at("excused_us");
  return made;
}

void source_script::end() {
  close(milliseconds{5000});
  destroy();
  process.leave();
}

void source_script::empty() {
  constexpr int tries = 20;
  until("it cannot be reached", [&] { return connected_; });
  for (int i = 0, nothing = 0; nothing < 2; ++i) {
    if (i == tries) throw not_applicable("it always has something, so that no poll of it waits");
    settle_open(TEMPEST_ACK);
    until_answered();
    const polled one = poll();
    if (ended) throw not_applicable("it has come to its end, so that no poll of it waits");
    nothing = one.pushed == 0 ? nothing + 1 : 0;
  }
}

void source_script::destroy() {
  ask({{"do", "destroy"}});
  open_.clear();
  settling_.clear();
}

} // namespace tempest::conformance
