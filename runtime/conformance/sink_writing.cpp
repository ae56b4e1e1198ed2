// What a sink was given, and what its destination holds.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/conformance/sink_cases.hpp"
#include "runtime/conformance/sink_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t batch = 50;

// How often each line is there.
std::map<std::string, int> counted(const std::vector<std::string>& lines) {
  std::map<std::string, int> made;
  for (const std::string& one : lines) ++made[one];
  return made;
}

// `most`: how often one may be there.
void need_there(site& at, const std::vector<std::string>& wanted, int most) {
  const auto there = counted(at.read());
  for (const std::string& one : wanted) {
    const auto found_at = there.find(one);
    if (found_at == there.end()) throw found("what was confirmed is not there: " + one);
    if (found_at->second > most) {
      throw found(fmt::format("{} is there {} times", one, found_at->second));
    }
  }
}

// Part of it is confirmed, part only written when `trouble` comes; all is confirmed in the end.
std::string endure(site& at, const std::function<void()>& trouble) {
  static_cast<void>(at.read());
  sink_script sink(at);
  std::vector<std::string> wanted = at.payloads(batch);
  sink.deliver(wanted);
  std::vector<std::string> more = at.payloads(batch);
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
  wanted.insert(wanted.end(), more.begin(), more.end());
  more = at.payloads(batch);
  sink.deliver(more);
  wanted.insert(wanted.end(), more.begin(), more.end());
  sink.end();
  need_there(at, wanted, static_cast<int>(wanted.size())); // repeats are allowed
  return fmt::format("{} messages, all there", wanted.size());
}

} // namespace

std::string sink_writes(site& at) {
  static_cast<void>(at.read());
  sink_script sink(at);
  const std::vector<std::string> wanted = at.payloads(batch);
  sink.reach();
  const auto results = sink.write(wanted);
  if (!std::ranges::all_of(results, [](auto one) { return one == TEMPEST_WRITTEN; })) {
    throw found("not all of the messages are written");
  }
  if (!sink.flush()) throw found("flush failed: " + sink.error);
  need_there(at, wanted, 1);
  sink.end();
  const std::vector<std::string> lines = at.read();
  std::vector<std::string> order;
  std::ranges::copy_if(lines, std::back_inserter(order), [&](const auto& one) {
    return std::ranges::find(wanted, one) != wanted.end();
  });
  return fmt::format("{} messages{}", wanted.size(), order == wanted ? ", in order" : "");
}

std::string sink_bears_any_bytes(site& at) {
  const std::vector<std::string> odd = {std::string(), std::string("\0\xff\r\n\x01", 5),
                                        std::string(std::size_t{1} << 20, 'x')};
  sink_script sink(at);
  sink.reach();
  const auto results = sink.write(odd, {{"key", "a key"}, {"header", "a value"}});
  const auto written = std::ranges::count(results, TEMPEST_WRITTEN);
  const auto rejected = std::ranges::count(results, TEMPEST_WRITE_REJECTED);
  if (static_cast<std::size_t>(written + rejected) != odd.size()) {
    throw found(
        "one of them is neither written nor rejected, but failed: it would be tried for "
        "ever");
  }
  if (!sink.flush()) throw found("flush failed: " + sink.error);
  sink.deliver(at.payloads(1));
  sink.end();
  return fmt::format("{} written, {} rejected", written, rejected);
}

std::string sink_keeps_what_it_confirmed(site& at) {
  static_cast<void>(at.read());
  sink_script sink(at);
  const std::vector<std::string> wanted = at.payloads(batch);
  sink.deliver(wanted);
  sink.process.kill();
  need_there(at, wanted, 1);
  return fmt::format("{} messages", wanted.size());
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
  return "without its broker: " + reason;
}

} // namespace tempest::conformance
