// What a poll may take: messages, bytes, time, and work while there is nothing.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/conformance/rounds.hpp"
#include "runtime/conformance/source_cases.hpp"
#include "runtime/conformance/source_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t filled = 300;
constexpr std::size_t payload_bytes = 100;

// Steps with such polls until `count` messages more have come.
void poll_little(source_script& source, std::size_t messages, std::size_t bytes,
                 std::size_t count) {
  source.poll_messages = messages;
  source.poll_bytes = bytes;
  const std::size_t before = source.messages.size();
  source.until("messages do not come in small polls", [&] {
    const polled& one = source.last;
    if (one.pushed > messages || (one.pushed > 1 && one.pushed_bytes > bytes)) {
      throw found(
          fmt::format("a poll with max_messages = {} and max_bytes = {} pushed {} messages "
                      "of {} bytes in all",
                      messages, bytes, one.pushed, one.pushed_bytes));
    }
    return source.messages.size() >= before + count;
  });
  source.settle_open(TEMPEST_ACK);
  source.until_answered();
  source.last = {};
}

} // namespace

std::string source_keeps_limits(site& at) {
  constexpr std::size_t part = 50;
  constexpr std::size_t few = 7;
  source_script source(at);
  static_cast<void>(at.fill(filled, payload_bytes));
  poll_little(source, few, any_size, part);
  poll_little(source, any_number, 10 * payload_bytes, part);
  poll_little(source, any_number, 1, few); // always one at least
  const std::size_t before = source.messages.size();
  source.poll(0);
  if (source.messages.size() != before) throw found("a poll with max_messages = 0 pushed messages");
  return fmt::format("{} messages, {} bytes, one", few, 10 * payload_bytes);
}

std::string source_keeps_deadline(site& at) {
  constexpr milliseconds wait{120};
  constexpr std::int64_t slack_us = 50'000;
  constexpr int tries = 5;
  source_script source(at);
  source.empty();
  const auto late = best_median(tries, slack_us, [&](int) -> std::optional<std::int64_t> {
    return (source.poll(any_number, wait).took - wait).count() * 1000;
  });
  if (*late > slack_us) {
    throw found(fmt::format("polls with a deadline in {} ms came back {} ms after it", wait.count(),
                            *late / 1000));
  }
  return fmt::format("{} ms after a deadline in {} ms", *late / 1000, wait.count());
}

namespace {

constexpr std::int64_t interrupt_limit_us = 10'000;

void interrupt_polls(source_script& source, std::int64_t& took_us) {
  constexpr milliseconds wait{600};
  constexpr milliseconds long_wait{5000};
  constexpr int tries = 5;
  const auto took =
      best_median(tries, interrupt_limit_us, [&](int i) -> std::optional<std::int64_t> {
        const polled one = source.poll(any_number, wait, any_size, milliseconds{30 + 13 * i});
        if (one.interrupted_us >= 0) return one.interrupted_us - one.baseline_us;
        source.poll(any_number, milliseconds{1}); // it had come back before: this one is remembered
        return std::nullopt;
      });
  if (!took) throw not_applicable("none of its polls waits for 30 ms");
  if (*took > interrupt_limit_us) {
    throw found(fmt::format("a poll ended {} ms after interrupt", *took / 1000));
  }
  source.process.ask({{"do", "interrupt"}});
  if (source.poll(any_number, long_wait).took > long_wait / 2) {
    throw found("interrupt before a poll did not end that poll");
  }
  took_us = std::max<std::int64_t>(*took, 0);
}

// With a broker that lets it in and says nothing.
void interrupt_connects(site& at) {
  constexpr int tries = 3;
  at.broker().hold();
  source_script source(at);
  const auto took =
      best_median(tries, interrupt_limit_us, [&](int i) -> std::optional<std::int64_t> {
        const polled one = source.interrupted_connect(milliseconds{30 + 13 * i});
        // One that comes back by itself has no need of it.
        if (one.interrupted_us < 0) return std::nullopt;
        return one.interrupted_us - one.baseline_us;
      });
  at.broker().cut();
  at.broker().go_on();
  if (took && *took > interrupt_limit_us) {
    throw found(fmt::format("a connect ended {} ms after interrupt", *took / 1000));
  }
}

} // namespace

std::string source_obeys_interrupt(site& at) {
  source_script source(at);
  source.empty();
  std::int64_t took_us = 0;
  interrupt_polls(source, took_us);
  if (!at.given().broker_host.empty()) interrupt_connects(at);
  return fmt::format("a poll ended {:.1f} ms after interrupt", static_cast<double>(took_us) / 1000);
}

std::string source_idles(site& at) {
  constexpr std::int64_t span_ms = 1000;
  constexpr std::int64_t most_us = 200'000;
  constexpr std::int64_t most_wanted_us = 600'000; // where others leave it little to run
  constexpr std::int64_t some_us = 50'000;
  source_script source(at);
  source.empty();
  const auto answer = source.process.ask({{"do", "idle"}, {"for_ms", span_ms}}, 2 * span_ms);
  const auto used = answer.at("cpu_us").get<std::int64_t>();
  const auto wanted = answer.at("wanted_us").get<std::int64_t>();
  if (used > most_us || (used > some_us && wanted > most_wanted_us)) {
    throw found(fmt::format("it worked for {} ms in {} polls, while there was nothing", used / 1000,
                            answer.at("polls").get<int>()));
  }
  return fmt::format("{} ms of work in a second", used / 1000);
}

} // namespace tempest::conformance
