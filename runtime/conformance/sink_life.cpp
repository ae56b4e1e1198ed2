// Memory of a sink, its end, and what it leaves behind.
#include <fmt/format.h>

#include "runtime/conformance/destination.hpp"
#include "runtime/conformance/leftovers.hpp"
#include "runtime/conformance/rounds.hpp"
#include "runtime/conformance/sink_cases.hpp"
#include "runtime/conformance/sink_script.hpp"

namespace tempest::conformance {
namespace {

std::size_t heap_of(sink_script& sink) {
  return sink.process.ask({{"do", "resources"}}).at("heap");
}

} // namespace

std::string sink_bounds_memory(site& at) {
  constexpr std::size_t many = 2000;
  constexpr std::size_t large_bytes = 100;
  constexpr std::size_t most_growth = 16 * many;
  destination there(at);
  sink_script sink(at);
  sink.reach();
  const std::size_t growth = least_growth(most_growth, [&] {
    const std::vector<std::string> payloads = at.payloads(many, large_bytes);
    const auto answer = sink.process.ask({{"do", "flood"}, {"payloads", payloads}});
    if (answer.at("confirmed").get<std::size_t>() != many) {
      throw found("not all messages were written");
    }
    there.confirmed(payloads);
    return heap_of(sink);
  });
  if (growth > most_growth) {
    throw found(
        fmt::format("it holds at least {} kB more after each {} messages", growth / 1024, many));
  }
  sink.end();
  there.look(repeats::allowed); // some of so many may have been sent again
  return fmt::format("{} kB more for each {} messages{}", growth / 1024, many, there.words());
}

std::string sink_stops(site& at) {
  destination there(at);
  sink_script sink(at);
  sink.reach();
  const std::vector<std::string> wanted = at.payloads(20);
  sink.write(wanted);
  sink.end(); // flushes
  there.confirmed(wanted);
  there.look(repeats::none);
  if (at.given().broker_host.empty()) {
    return "`broker` is not given: not in silence" + there.words();
  }
  sink_script second(at);
  second.reach();
  at.broker().hold();
  second.write(at.payloads(20));
  second.end();
  at.broker().go_on();
  return "it ends" + there.words();
}

std::string sink_leaves_nothing(site& at) {
  constexpr int cycles = 4;
  destination there(at);
  sink_script sink(at);
  const auto deliver = [&](std::size_t count) {
    const std::vector<std::string> some = at.payloads(count);
    sink.deliver(some);
    there.confirmed(some);
  };
  sink.destroy();
  leftovers left(sink.process);
  for (int i = 0; i < cycles; ++i) {
    sink.make();
    deliver(10);
    sink.close();
    sink.destroy();
    left.look("after an instance that was used");
  }
  sink.make();
  sink.destroy();
  left.look("after an instance that was not used");
  sink.make();
  deliver(1);
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
  there.look(repeats::none);
  return left.words();
}

} // namespace tempest::conformance
