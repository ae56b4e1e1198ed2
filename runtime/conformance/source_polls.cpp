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
  const auto need_no_end = [&] { // the run would end there
    if (!source.ended || source.payloads().size() == filled) return;
    throw found(
        fmt::format("a poll with max_messages = {} and max_bytes = {} answered `end` when "
                    "{} of {} messages had come",
                    messages, bytes, source.payloads().size(), filled));
  };
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
    need_no_end();
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

namespace {

// In milliseconds, for people: what the machine is excused for may be more than it took.
double shown_ms(std::int64_t us) {
  return static_cast<double>(std::max<std::int64_t>(us, 0)) / 1000;
}

} // namespace

std::string source_keeps_deadline(site& at) {
  constexpr std::int64_t least_wait_ms = 30;
  constexpr std::int64_t span_ms = 60;
  constexpr std::int64_t slack_us = 50'000;
  constexpr sampling polls{40, 1}; // one late poll of many is a fault, too
  source_script source(at);
  source.empty();
  const auto late = best_round(polls, slack_us, [&](std::size_t i) -> std::optional<std::int64_t> {
    const milliseconds wait{spread_us(i, least_wait_ms, span_ms)};
    const polled one = source.poll(any_number, wait);
    return (one.took - wait).count() - one.excused_us;
  });
  if (*late > slack_us) {
    throw found(fmt::format("{} of at most {} polls came back {} ms or more after their deadline",
                            polls.outliers + 1, polls.tries, *late / 1000));
  }
  return fmt::format("{:.1f} ms after a deadline in {} to {} ms", shown_ms(*late), least_wait_ms,
                     least_wait_ms + span_ms);
}

namespace {

constexpr std::int64_t interrupt_limit_us = 10'000;

// The call waits for some time when it is interrupted.
microseconds moment(std::size_t number) {
  constexpr std::int64_t least_us = 20'000;
  constexpr std::int64_t span_us = 80'000;
  return microseconds{spread_us(number, least_us, span_us)};
}

void interrupt_polls(source_script& source, std::int64_t& took_us) {
  constexpr milliseconds wait{600};
  constexpr milliseconds long_wait{5000};
  constexpr sampling polls{24, 3};
  const auto took =
      best_round(polls, interrupt_limit_us, [&](std::size_t i) -> std::optional<std::int64_t> {
        const polled one = source.poll(any_number, wait, any_size, moment(i));
        if (one.interrupted_us >= 0) return one.interrupted_us - one.excused_us;
        source.poll(any_number, milliseconds{1}); // it had come back before: this one is remembered
        return std::nullopt;
      });
  if (!took) throw not_applicable("none of its polls waits for as long as 20 ms");
  if (*took > interrupt_limit_us) {
    throw found(fmt::format("{} of at most {} polls ended {} ms or more after interrupt",
                            polls.outliers + 1, polls.tries, *took / 1000));
  }
  source.process.ask({{"do", "interrupt"}});
  if (source.poll(any_number, long_wait).took > long_wait / 2) {
    throw found("interrupt before a poll did not end that poll");
  }
  took_us = *took;
}

// With a broker that lets it in and says nothing.
void interrupt_connects(site& at) {
  constexpr sampling connects{12, 2};
  at.broker().hold();
  source_script source(at);
  const auto took =
      best_round(connects, interrupt_limit_us, [&](std::size_t i) -> std::optional<std::int64_t> {
        const polled one = source.interrupted_connect(moment(i));
        // One that comes back by itself has no need of it.
        if (one.interrupted_us < 0) return std::nullopt;
        return one.interrupted_us - one.excused_us;
      });
  at.broker().cut();
  at.broker().go_on();
  if (took && *took > interrupt_limit_us) {
    throw found(fmt::format("{} of at most {} connects ended {} ms or more after interrupt",
                            connects.outliers + 1, connects.tries, *took / 1000));
  }
}

} // namespace

std::string source_obeys_interrupt(site& at) {
  source_script source(at);
  source.empty();
  std::int64_t took_us = 0;
  interrupt_polls(source, took_us);
  if (!at.given().broker_host.empty()) interrupt_connects(at);
  return fmt::format("polls ended {:.1f} ms after interrupt", shown_ms(took_us));
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
