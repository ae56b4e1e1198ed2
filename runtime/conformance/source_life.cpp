// Memory, the end, and what is left behind.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "runtime/conformance/leftovers.hpp"
#include "runtime/conformance/payload_words.hpp"
#include "runtime/conformance/rounds.hpp"
#include "runtime/conformance/source_cases.hpp"
#include "runtime/conformance/source_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t piece = 2000; // of a fill
constexpr std::int64_t poll_wait_ms = 100;

struct drained {
  std::size_t unconfirmed = 0; // messages that came and are not acknowledged for sure
  std::size_t peak = 0;        // of the memory
};

drained drain(site& at, source_script& source, std::size_t count, std::size_t messages,
              std::size_t bytes) {
  nlohmann::json request = {{"do", "drain"},           {"count", count},
                            {"messages", messages},    {"bytes", bytes},
                            {"wait_ms", poll_wait_ms}, {"patience_ms", at.patience().count()}};
  if (at.filled() != nullptr) request["filled"] = at.filled()->ranges();
  const auto answer = source.process.ask(std::move(request), poll_wait_ms);
  if (answer.contains("stranger")) source.need_whole(answer.at("stranger"));
  if (answer.contains("again")) {
    throw found("what was acknowledged comes again: " + payload_words(answer.at("again")));
  }
  if (!answer.at("ok").get<bool>()) {
    throw found(fmt::format("only {} of {} messages came and were acknowledged: {}",
                            answer.at("read").get<std::size_t>(), count,
                            answer.at("error").get<std::string>()));
  }
  const auto confirmed = answer.at("confirmed").get<std::size_t>();
  return {count - std::min(count, confirmed), answer.at("peak")};
}

std::size_t heap(source_script& source) {
  return source.process.ask({{"do", "resources"}}).at("heap");
}

// An instance after one that has acknowledged many: nothing of them comes to it, but what is
// unconfirmed may.
std::unique_ptr<source_script> next_of(site& at, source_script& first, std::size_t unconfirmed) {
  first.end();
  auto next = std::make_unique<source_script>(at);
  next->watch();
  if (next->payloads().size() > unconfirmed) {
    throw found("what was acknowledged comes again to the next instance: " +
                payload_words(next->messages.front().payload));
  }
  next->settle_open(TEMPEST_ACK);
  next->until_answered();
  return next;
}

} // namespace

std::string source_bounds_memory(site& at) {
  constexpr std::size_t most_growth = 16 * piece;
  constexpr std::size_t large_bytes = 8000;
  constexpr std::size_t most_ahead = std::size_t{8} << 20;
  auto source = std::make_unique<source_script>(at);
  source->until("it cannot be reached", [&] { return source->connected(); });
  std::size_t unconfirmed = 0;
  const std::size_t growth = least_growth(most_growth, [&] {
    at.fill(piece, 100);
    unconfirmed += drain(at, *source, piece, any_number, any_size).unconfirmed;
    return heap(*source);
  });
  if (growth > most_growth) {
    throw found(
        fmt::format("it holds at least {} kB more after each {} messages", growth / 1024, piece));
  }
  if (!at.given().begins_anew) source = next_of(at, *source, unconfirmed);
  const std::size_t before = heap(*source);
  at.fill(piece * 2, large_bytes);
  const std::size_t peak = drain(at, *source, 100, 10, 10 * large_bytes).peak;
  const std::size_t ahead = peak - std::min(peak, before);
  if (ahead > most_ahead) {
    throw found(fmt::format("it holds {} kB, when ten messages of {} bytes are asked for of {}",
                            ahead / 1024, large_bytes, piece * 2));
  }
  return fmt::format("{} kB more for each {} messages; {} kB at most, ten messages at a time",
                     growth / 1024, piece, ahead / 1024);
}

namespace {

// How far beyond its deadline close may end: a busy machine wakes late.
constexpr std::int64_t close_slack_us = 200'000;

// What is acknowledged comes no more, all else does.
void need_the_rest(site& at, const std::set<std::string>& filled,
                   const std::set<std::string>& acknowledged) {
  source_script second(at);
  std::vector<std::string> left;
  std::ranges::set_difference(filled, acknowledged, std::back_inserter(left));
  second.read_all_of(left);
  second.watch();
  if (second.payloads().size() > left.size()) {
    throw found("what close had confirmed as acknowledged comes again");
  }
  second.settle_open(TEMPEST_ACK);
  second.until_answered();
  second.end();
}

// With its broker: everything that was settled is answered, and holds.
void stop_with_broker(site& at) {
  constexpr milliseconds deadline{1000};
  std::set<std::string> filled;
  std::set<std::string> acknowledged;
  bool remembers = !at.given().begins_anew;
  const auto late = best_round({}, close_slack_us, [&](std::size_t) -> std::optional<std::int64_t> {
    source_script source(at);
    const std::vector<std::string> more = at.fill(20);
    filled.insert(more.begin(), more.end());
    source.read_all_of(more);
    tokens half = source.open();
    half.resize(half.size() / 2);
    source.settle(half, TEMPEST_ACK);
    const milliseconds took = source.close(deadline);
    if (!source.is_settled()) throw found("close has not answered every settlement");
    acknowledged.insert(source.acknowledged().begin(), source.acknowledged().end());
    remembers = remembers && source.at_least_once();
    source.destroy();
    source.process.leave();
    return (took - deadline).count() * 1000;
  });
  if (*late > close_slack_us) {
    throw found(fmt::format("with its broker close ended {} ms after its deadline", *late / 1000));
  }
  if (remembers) need_the_rest(at, filled, acknowledged);
}

void stop_in_silence(site& at) {
  constexpr milliseconds deadline{300};
  const auto late = best_round({}, close_slack_us, [&](std::size_t) -> std::optional<std::int64_t> {
    source_script source(at);
    source.read_all_of(at.fill(20));
    at.broker().hold();
    source.settle_open(TEMPEST_ACK);
    const milliseconds took = source.close(deadline);
    at.broker().cut();
    at.broker().go_on();
    source.destroy();
    source.process.leave();
    return (took - deadline).count() * 1000;
  });
  if (*late > close_slack_us) {
    throw found(
        fmt::format("with a silent broker close ended {} ms after its deadline", *late / 1000));
  }
}

} // namespace

std::string source_stops(site& at) {
  stop_with_broker(at);
  if (at.given().broker_host.empty()) return "`broker` is not given: not in silence";
  stop_in_silence(at);
  return "within its deadline";
}

std::string source_leaves_nothing(site& at) {
  constexpr int cycles = 4;
  source_script source(at);
  source.destroy();
  leftovers left(source.process);
  for (int i = 0; i < cycles; ++i) {
    source.make();
    source.connect();
    for (int k = 0; k < 3; ++k) source.step();
    source.settle_open(TEMPEST_RETURN);
    source.close(milliseconds{2000});
    source.destroy();
    left.look("after an instance that was used");
  }
  source.make();
  source.destroy();
  left.look("after an instance that was not used");
  source.make();
  source.connect();
  source.step();
  source.destroy();
  left.look("after an instance that was not closed");
  if (!at.given().broker_host.empty()) {
    at.broker().away();
    source.make();
    source.connect();
    source.destroy();
    left.look("after a connect that failed");
  }
  source.process.leave();
  return left.words();
}

} // namespace tempest::conformance
