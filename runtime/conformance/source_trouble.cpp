// A broker that goes away, comes back, hangs up or falls silent.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/conformance/source_cases.hpp"
#include "runtime/conformance/source_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t first_part = 40;
constexpr std::size_t second_part = 20;
constexpr int steps_with_open = 5;

// Half of what is there is open when `trouble` comes, more follows, and all of it is acknowledged
// in the end, once.
std::string survive(site& at, const std::function<void(source_script&)>& trouble) {
  source_script source(at);
  source.poll_messages = first_part / 2;
  std::vector<std::string> wanted = at.fill(first_part);
  source.until("not half of the messages come",
               [&] { return source.payloads().size() >= first_part / 2; });
  tokens some = source.open();
  some.resize(some.size() / 2);
  source.settle(some, TEMPEST_ACK);
  source.until_answered();
  trouble(source);
  if (!source.at_least_once()) wanted.clear(); // what was on its way is lost
  for (std::string& one : at.fill(second_part)) wanted.push_back(std::move(one));
  source.poll_messages = any_number;
  for (int i = 0; i < steps_with_open; ++i) source.step(); // what is open stays open meanwhile
  source.until("it does not come back", [&] { return source.connected(); });
  source.until("after that not all are acknowledged", [&] {
    source.settle_open(TEMPEST_ACK);
    return std::ranges::all_of(
        wanted, [&](const auto& one) { return source.acknowledged().contains(one); });
  });
  source.end();
  source_script second(at);
  second.watch();
  for (const std::string& one : second.payloads()) {
    if (source.acknowledged().contains(one)) {
      throw found("what was acknowledged comes again: " + one);
    }
  }
  second.settle_open(TEMPEST_ACK);
  second.until_answered();
  second.end();
  return fmt::format("{} messages, {} of them handed out twice, {} withdrawn", wanted.size(),
                     source.messages.size() - source.payloads().size(), source.withdrawn.size());
}

// Until the source says that its broker is away. Polls have to keep their deadline meanwhile.
void until_it_notices(site& at, source_script& source) {
  constexpr milliseconds wait{200};
  constexpr milliseconds slack{300};
  constexpr milliseconds blocked{3000}; // beyond what a busy machine takes
  const std::int64_t limit = base::steady_ns() + base::nanoseconds(at.patience());
  int late = 0;
  int polls = 0;
  while (base::steady_ns() < limit) {
    const polled one = source.poll(any_number, wait);
    ++polls;
    late += one.took > wait + slack ? 1 : 0;
    if (one.took > wait + blocked) {
      throw found(
          fmt::format("a poll with a deadline in {} ms took {} ms, when its broker was away",
                      wait.count(), one.took.count()));
    }
    if (one.status == TEMPEST_POLL_UNAVAILABLE || !source.healthy()) {
      if (source.error == base::no_reason) {
        throw found("it says that its broker is away, and not why");
      }
      if (late > 1 && late * 2 > polls)
        throw found("polls of a broker that is away do not keep their deadline");
      return;
    }
  }
  throw found(
      fmt::format("it has not noticed for {} ms that its broker is away", at.patience().count()));
}

} // namespace

std::string source_survives_restart(site& at) {
  return survive(at, [&](source_script&) { at.restart(); });
}

std::string source_survives_cut(site& at) {
  relay& broker = at.broker();
  return survive(at, [&](source_script&) { broker.cut(); });
}

std::string source_survives_silence(site& at) {
  relay& broker = at.broker();
  return survive(at, [&](source_script& source) {
    broker.mute();
    until_it_notices(at, source);
    source.lost();
  });
}

std::string source_tells_health(site& at) {
  constexpr int looks = 5;
  source_script source(at);
  source.until("it cannot be reached", [&] { return source.connected(); });
  int bad = 0; // one may be a busy machine's
  for (int i = 0; i < looks; ++i) {
    source.step();
    source.settle_open(TEMPEST_ACK);
    bad += source.healthy() ? 0 : 1;
  }
  if (bad * 2 > looks) throw found("it is not healthy, though only idle: " + source.error);
  if (at.given().broker_host.empty()) return "while idle; `broker` is not given: not taken away";
  at.broker().away();
  until_it_notices(at, source);
  const std::string reason = source.error;
  if (source.connect()) until_it_notices(at, source); // some find out only in use
  at.broker().back();
  source.lost();
  source.until("it does not get well again",
               [&] { return source.connected() && source.healthy(); });
  source.end();
  return "without its broker: " + reason;
}

} // namespace tempest::conformance
