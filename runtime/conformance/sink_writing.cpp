// What a sink was given, and what its destination holds.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/conformance/destination.hpp"
#include "runtime/conformance/sink_cases.hpp"
#include "runtime/conformance/sink_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t batch = 50;

std::vector<std::string> deliver_some(site& at, sink_script& sink) {
  std::vector<std::string> made = at.payloads(batch);
  sink.deliver(made);
  return made;
}

// Part of it is confirmed, part only written when `trouble` comes; all is confirmed in the end.
std::string endure(site& at, const std::function<void()>& trouble) {
  destination there(at);
  there.need_command();
  sink_script sink(at);
  there.confirmed(deliver_some(at, sink));
  const std::vector<std::string> more = at.payloads(batch);
  const std::vector<std::uint8_t> results = sink.write(more);
  trouble();
  // What it says now is believed: what it had in its buffers may be gone.
  const bool confirms = sink.flush();
  if (!confirms && !sink.healthy()) sink.lost();
  std::vector<std::string> again;
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (!confirms || results[i] != TEMPEST_WRITTEN) again.push_back(more[i]);
  }
  sink.deliver(again);
  there.confirmed(more);
  there.confirmed(deliver_some(at, sink));
  sink.end();
  there.look(repeats::allowed);
  return fmt::format("{} messages, all there", 3 * batch);
}

} // namespace

std::string sink_writes(site& at) {
  destination there(at);
  there.need_command();
  sink_script sink(at);
  const std::vector<std::string> wanted = at.payloads(batch);
  sink.reach();
  const auto results = sink.write(wanted);
  if (!std::ranges::all_of(results, [](auto one) { return one == TEMPEST_WRITTEN; })) {
    throw found("not all of the messages are written");
  }
  if (!sink.flush()) throw found("flush failed: " + sink.error);
  there.confirmed(wanted);
  there.look(repeats::none);
  sink.end();
  const bool in_order =
      at.read().find(fmt::format("{}", fmt::join(wanted, "\n"))) != std::string::npos;
  return fmt::format("{} messages{}", wanted.size(), in_order ? ", in order" : "");
}

std::string sink_keeps_what_it_confirmed(site& at) {
  destination there(at);
  there.need_command();
  sink_script sink(at);
  there.confirmed(deliver_some(at, sink));
  sink.process.kill();
  there.look(repeats::none);
  return fmt::format("{} messages", batch);
}

std::string sink_survives_restart(site& at) {
  return endure(at, [&] { at.restart(); });
}

std::string sink_survives_cut(site& at) {
  relay& broker = at.broker();
  return endure(at, [&] { broker.cut(); });
}

std::string sink_survives_silence(site& at) {
  relay& broker = at.broker();
  return endure(at, [&] { broker.mute(); });
}

std::string sink_tells_health(site& at) {
  constexpr int looks = 5;
  destination there(at);
  sink_script sink(at);
  sink.reach();
  for (int i = 0; i < looks; ++i) {
    if (!sink.healthy()) throw found("it is not healthy, though only idle: " + sink.error);
  }
  if (at.given().broker_host.empty()) return "while idle; `broker` is not given: not taken away";
  at.broker().away();
  const std::int64_t limit = base::steady_ns() + base::nanoseconds(at.patience());
  const std::vector<std::string> one = at.payloads(1);
  while (sink.healthy()) { // what fails is to leave it unhealthy
    if (base::steady_ns() > limit) throw found("it stays healthy without its broker");
    const auto results = sink.write(one);
    if (sink.flush() && results[0] == TEMPEST_WRITTEN) {
      throw found("without its broker a message was written and flushed");
    }
  }
  if (sink.error == base::no_reason) throw found("it is unhealthy, and does not say why");
  const std::string reason = sink.error;
  at.broker().back();
  sink.reach();
  if (!sink.healthy()) throw found("it does not get well again: " + sink.error);
  sink.deliver(one);
  sink.end();
  there.confirmed(one);
  there.look(repeats::allowed);
  return "without its broker: " + reason;
}

} // namespace tempest::conformance
