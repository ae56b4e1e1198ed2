// Failures in whole topologies.
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

struct always_fails {
  void handle(const message&, outbox&) { throw std::runtime_error("no luck"); }
};
struct fails_at_first {
  void handle(const message& in, outbox&) {
    if (in.attempt() == 1) throw std::runtime_error("once");
  }
};
struct fails_when_new {
  void handle(const message& in, outbox&) {
    if (in.deliveries() == 1) throw std::runtime_error("too early");
  }
};
struct rejects {
  void handle(const message&, outbox&) { throw reject("never"); }
};
struct cannot_be_made {
  cannot_be_made() { throw std::runtime_error("no database"); }
  void handle(const message&, outbox&) {}
};
struct succeeds {
  void handle(const message&, outbox&) {}
};
// Only once the source was asked for messages, or could have been.
struct cannot_be_started {
  void started() {
    while (current_script->polls == 0) std::this_thread::yield();
    throw std::runtime_error("no table");
  }
  void handle(const message&, outbox&) {}
};
struct emits_too_much {
  void handle(const message&, outbox& out) {
    const std::string big(1000, 'x');
    for (int i = 0; i < 100; ++i) out.emit(big);
  }
};

std::mutex letters_mutex;
std::vector<std::string> letters;
std::atomic<int> letters_away{0}; // how often connect fails

struct letter_sink {
  letter_sink() {
    const std::scoped_lock lock(letters_mutex);
    letters.clear();
  }
  void connect() {
    if (letters_away.load() > 0) {
      --letters_away;
      throw std::runtime_error("the letter box is locked");
    }
  }
  void write(const messages& batch, std::span<written> results) {
    const std::scoped_lock lock(letters_mutex);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      letters.emplace_back(batch[i].text());
      results[i] = written::ok;
    }
  }
  void flush() {}
};

// Cannot be reached.
struct sink_away {
  void connect() { throw std::runtime_error("the disk is not there"); }
  void write(const messages&, std::span<written>) {}
  void flush() {}
};
struct fails_for_some {
  static bool is_bad(std::string_view text) { return text.size() > 1 && text.back() == '7'; }
  void handle(const message& in, outbox&) {
    if (is_bad(in.text())) throw std::runtime_error("the customer is on holiday");
  }
};

// Runs until `done`.
run_report run_until(topology_rig& rig, const std::function<bool(const run_report&)>& done) {
  stop_request stop;
  run_options how;
  how.stop = &stop;
  how.duration = std::chrono::seconds(60);
  how.status_interval = std::chrono::milliseconds(5);
  how.on_status = [&](const run_report& now) {
    if (done(now)) stop.count = 1;
  };
  return rig.run(how);
}

TEST(failure, what_waits_for_its_next_attempt_holds_nobody_up) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(1000); // 99 of them are bad
  rig.source.ends = false;
  rig.plan.settings.policy.backoff = rig.plan.settings.policy.max_backoff = std::chrono::hours(1);
  rig.plan.settings.limit.max_pending = 150;
  rig.plan.settings.limit.max_retrying = 100;
  rig.task<fails_for_some>("T1");
  const run_report report =
      run_until(rig, [](const run_report& now) { return now.source.acked == 901; });
  EXPECT_EQ(report.source.acked, 901u);
  EXPECT_EQ(report.tasks[0].retries, 99u);
  EXPECT_EQ(report.source.returned, 99u);
}

TEST(failure, too_many_that_wait_hold_the_source_up_and_that_is_said_once) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(1000);
  rig.source.ends = false;
  rig.plan.settings.policy.backoff = rig.plan.settings.policy.max_backoff = std::chrono::hours(1);
  rig.plan.settings.limit.max_pending = 20;
  rig.plan.settings.limit.max_retrying = 10;
  rig.task<fails_for_some>("T1");
  int rounds = 0;
  testing::internal::CaptureStderr();
  const run_report report = run_until(
      rig, [&](const run_report& now) { return now.tasks[0].retries >= 10 && ++rounds > 10; });
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_LT(report.source.read, 200u);
  const auto said = log.find("wait for their next attempt (max_retrying)");
  ASSERT_NE(said, std::string::npos) << log;
  EXPECT_EQ(log.find("(max_retrying)", said + 50), std::string::npos) << log;
}

TEST(failure, a_sink_that_stays_away_ends_the_run_when_it_is_told_to) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.source.ends = false;
  rig.sink_task<sink_away>("store");
  rig.plan.tasks[0].settings.health.unhealthy_shutdown = 2;
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 69);
  EXPECT_NE(report.fatal.at(0).find("task 'store'"), std::string::npos);
  EXPECT_NE(report.fatal.at(0).find("the sink is unhealthy: the disk is not there (2 bad answers "
                                    "in a row: unhealthy_shutdown)"),
            std::string::npos);
  EXPECT_EQ(report.source.returned, report.source.read);
}

TEST(failure, a_sink_of_the_dead_letters_that_stays_away_ends_the_run_when_it_is_told_to) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.source.ends = false;
  rig.task<rejects>("T1");
  rig.dead_letters<sink_away>();
  rig.plan.settings.dead_letter_health.unhealthy_shutdown = 2;
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 69);
  EXPECT_EQ(
      report.fatal.at(0),
      "the sink of [dead_letter] is unhealthy: the disk is not there (2 bad answers in a row: "
      "unhealthy_shutdown)");
  EXPECT_EQ(report.source.acked, 0u);
  EXPECT_EQ(report.source.returned, report.source.read);
}

TEST(failure, a_retry_succeeds_and_is_counted) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(100);
  rig.task<fails_at_first>("T1", 2);
  const run_report report = rig.run();
  EXPECT_EQ(report.source.acked, 100u);
  EXPECT_EQ(report.tasks[0].errors, 100u);
  EXPECT_EQ(report.tasks[0].retries, 100u);
  EXPECT_EQ(report.tasks[0].handled, 100u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(failure, dead_letters_carry_the_message_and_are_acknowledged) {
  topology_rig rig;
  rig.source.messages = {"first", "second"};
  rig.plan.settings.policy.jitter = 0; // in their order
  rig.task<always_fails>("T1");
  rig.dead_letters<letter_sink>();
  letters_away = 2; // written once the sink is back
  const run_report report = rig.run();
  EXPECT_EQ(report.source.acked, 2u);
  EXPECT_EQ(report.source.dead_lettered, 2u);
  ASSERT_EQ(letters.size(), 2u);
  const auto letter = nlohmann::json::parse(letters[0]);
  EXPECT_EQ(letter["version"], 1);
  EXPECT_EQ(letter["id"], "first");
  EXPECT_EQ(letter["payload_base64"], "Zmlyc3Q=");
  EXPECT_EQ(letter["task"], "T1");
  EXPECT_EQ(letter["reason"], "no luck");
  EXPECT_EQ(letter["attempts"], 3);
}

TEST(failure, a_rejected_message_is_not_tried_again) {
  topology_rig rig;
  rig.source.messages = {"one"};
  rig.task<rejects>("T1");
  rig.dead_letters<letter_sink>();
  const run_report report = rig.run();
  EXPECT_EQ(report.tasks[0].errors, 1u);
  EXPECT_EQ(report.tasks[0].retries, 0u);
  EXPECT_EQ(report.source.dead_lettered, 1u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(failure, what_is_left_comes_again_a_bounded_number_of_times) {
  topology_rig rig;
  rig.source.messages = {"one"};
  rig.plan.settings.policy.type = config::policy_type::none;
  rig.task<always_fails>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.source.failed, 4u); // first, and three redeliveries
  EXPECT_EQ(report.source.acked, 0u);
  EXPECT_EQ(report.exit_code, 1);
}

TEST(failure, what_is_left_and_succeeds_when_it_comes_again_has_not_failed) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(3);
  rig.plan.settings.policy.type = config::policy_type::none;
  rig.task<fails_when_new>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.source.failed, 3u);
  EXPECT_EQ(report.source.acked, 3u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(failure, best_effort_acknowledges_anyway) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.plan.settings.policy.type = config::policy_type::best_effort;
  rig.on_exhausted(config::exhausted_action::ack);
  rig.task<always_fails>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.source.acked, 10u);
  EXPECT_EQ(report.tasks[0].errors, 10u);
}

TEST(failure, stop_ends_the_topology_with_a_reason) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.source.ends = false;
  rig.on_exhausted(config::exhausted_action::stop);
  rig.task<rejects>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 1);
  ASSERT_FALSE(report.fatal.empty());
  EXPECT_NE(report.fatal[0].find("never"), std::string::npos);
  EXPECT_EQ(report.source.abandoned, 0u);
}

TEST(failure, a_task_that_cannot_be_made_ends_the_run_and_nothing_is_lost) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.source.ends = false;
  rig.task<cannot_be_made>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 78);
  EXPECT_NE(report.fatal.at(0).find("no database"), std::string::npos);
  EXPECT_EQ(report.source.acked, 0u);
}

TEST(failure, nothing_is_read_before_every_worker_has_started) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.source.redelivers = false;
  rig.task<succeeds>("T1");
  rig.edge(0, rig.task<cannot_be_started>("T2"));
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 78);
  EXPECT_NE(report.fatal.at(0).find("no table"), std::string::npos);
  EXPECT_EQ(report.source.read, 0u);
  EXPECT_EQ(report.source.abandoned, 0u);
}

TEST(failure, too_many_outputs_reject_the_message) {
  topology_rig rig;
  rig.source.messages = {"one"};
  rig.plan.settings.limit.max_outputs_bytes = 10'000;
  rig.task<emits_too_much>("T1");
  rig.dead_letters<letter_sink>();
  const run_report report = rig.run();
  EXPECT_EQ(report.source.dead_lettered, 1u);
  EXPECT_NE(letters.at(0).find("max_outputs_bytes"), std::string::npos);
}

TEST(failure, a_message_that_is_too_large_goes_to_the_dead_letters_with_its_bytes) {
  topology_rig rig;
  rig.source.messages = {std::string(2000, 'x')};
  rig.plan.settings.limit.max_message_bytes = 1000;
  rig.task<fails_at_first>("T1");
  rig.dead_letters<letter_sink>();
  const run_report report = rig.run();
  EXPECT_EQ(report.tasks[0].inflow, 0u);
  EXPECT_EQ(report.source.acked, 1u);
  EXPECT_NE(letters.at(0).find("max_message_bytes"), std::string::npos);
}

TEST(failure, a_source_that_is_never_reached_is_told_apart) {
  topology_rig rig;
  rig.source.away = true;
  rig.task<rejects>("T1");
  run_options how;
  how.duration = std::chrono::milliseconds(200);
  const run_report report = rig.run(how);
  EXPECT_EQ(report.exit_code, 69);
}

} // namespace
} // namespace tempest::service
