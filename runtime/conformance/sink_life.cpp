// Memory of a sink, its end, and what it leaves behind.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/conformance/leftovers.hpp"
#include "runtime/conformance/rounds.hpp"
#include "runtime/conformance/sink_cases.hpp"
#include "runtime/conformance/sink_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::int64_t any_time_ms = 24LL * 60 * 60 * 1000;

std::size_t heap_of(sink_script& sink) {
  return sink.process.ask({{"do", "resources"}}).at("heap");
}

} // namespace

std::string sink_bounds_memory(site& at) {
  constexpr std::size_t batches = 20; // of a hundred
  constexpr std::size_t most_growth = 16 * batches * 100;
  sink_script sink(at);
  sink.reach();
  const std::size_t growth = least_growth(most_growth, [&] {
    const auto answer =
        sink.process.ask({{"do", "flood"}, {"batches", batches}, {"bytes", 100}}, any_time_ms);
    if (answer.at("confirmed").get<std::size_t>() != batches * 100) {
      throw found("not all messages were written");
    }
    return heap_of(sink);
  });
  if (growth > most_growth) {
    throw found(fmt::format("it holds at least {} kB more after each {} messages", growth / 1024,
                            batches * 100));
  }
  sink.end();
  return fmt::format("{} kB more for each {} messages", growth / 1024, batches * 100);
}

std::string sink_stops(site& at) {
  const bool readable = !at.given().read.empty();
  sink_script sink(at);
  sink.reach();
  const std::vector<std::string> wanted = at.payloads(20);
  sink.write(wanted);
  sink.end(); // flushes
  if (readable) {
    const std::vector<std::string> lines = at.read();
    for (const std::string& one : wanted) {
      if (std::ranges::find(lines, one) == lines.end()) {
        throw found("close has not flushed " + one);
      }
    }
  }
  if (at.given().broker_host.empty()) return "`broker` is not given: not in silence";
  sink_script second(at);
  second.reach();
  at.broker().hold();
  second.write(at.payloads(20));
  second.end();
  at.broker().go_on();
  return "it ends";
}

std::string sink_leaves_nothing(site& at) {
  constexpr int cycles = 4;
  sink_script sink(at);
  sink.destroy();
  leftovers left(sink.process);
  for (int i = 0; i < cycles; ++i) {
    sink.make();
    sink.deliver(at.payloads(10));
    sink.close();
    sink.destroy();
    left.look("after an instance that was used");
  }
  sink.make();
  sink.destroy();
  left.look("after an instance that was not used");
  sink.make();
  sink.deliver(at.payloads(1));
  sink.destroy();
  left.look("after an instance that was not closed");
  if (!at.given().broker_host.empty()) {
    at.broker().away();
    sink.make();
    sink.connect();
    sink.destroy();
    left.look("after a connect that failed");
  }
  sink.process.leave();
  return left.words();
}

} // namespace tempest::conformance
