// How deliveries and messages fail (G4, G6, G7).
#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

TEST(failure, a_failed_delivery_is_retried_alone_after_its_back_off) {
  rig fan(rig::graph({{1, 2}, {}, {}}));
  fan.accept(1);
  fan.succeed(fan.take(0), {"x"});
  fan.report(fan.take(1), outcome::failed);
  fan.succeed(fan.take(2)); // runs on
  EXPECT_EQ(fan.settled(), "");
  EXPECT_EQ(fan.heart.retrying(), 1u);
  EXPECT_EQ(fan.heart.next_due(), fan.now + second);
  fan.heart.tick(fan.now + second - 1);
  EXPECT_EQ(fan.heart.queued(1), 0u);
  fan.heart.tick(fan.now + second);
  EXPECT_EQ(fan.heart.retrying(), 0u);
  const auto again = fan.take(1);
  EXPECT_EQ(again.attempt, 2u);
  EXPECT_EQ(text(again.payload), "x");
  fan.succeed(again);
  EXPECT_EQ(fan.settled(), "1:ack");
  EXPECT_EQ(fan.heart.stats().tasks[1].retries, 1u);
}

TEST(failure, attempts_used_up_fail_the_message_by_its_policy) {
  for (const auto& [action, expected] : {std::pair{last_action::leave, "1:fail"},
                                         {last_action::ack, "1:ack"},
                                         {last_action::stop, "1:fail"}}) {
    rig one(rig::graph({{}}, action));
    one.accept(1);
    one.report(one.take(0), outcome::failed);
    one.heart.tick(one.now + second);
    EXPECT_EQ(one.settled(), "");
    one.report(one.take(0), outcome::failed);
    EXPECT_EQ(one.settled(), expected);
    EXPECT_EQ(one.heart.stop_reason, action == last_action::stop ? "because" : "");
    EXPECT_EQ(one.heart.bytes(), 0u);
  }
}

TEST(failure, a_rejected_delivery_fails_its_message_at_once_and_nothing_more_is_begun) {
  rig fan(rig::graph({{1, 2}, {3}, {}, {}}));
  fan.accept(1);
  fan.succeed(fan.take(0), {"x", "y"});
  const auto running = fan.take(1);
  fan.report(fan.take(2), outcome::rejected);
  EXPECT_EQ(fan.heart.queued(1), 0u);
  EXPECT_EQ(fan.heart.queued(2), 0u);
  EXPECT_TRUE(fan.heart.cancelled(delivery_ref::of(running.host_token)));
  EXPECT_TRUE(fan.heart.cancellations) << "the worker would begin it";
  EXPECT_EQ(fan.settled(), "") << "a worker still holds a part of it";
  fan.succeed(running, {"dropped"});
  EXPECT_EQ(fan.heart.queued(3), 0u);
  EXPECT_EQ(fan.settled(), "1:fail");
}

// What failed twice before its process was killed has one of three attempts left, in every task.
TEST(failure, failures_before_this_hand_over_count) {
  engine_settings settings = rig::graph({{1}, {}});
  for (task_settings& task : settings.tasks) task.policy.attempts = 3;
  rig chain(settings);
  chain.accept(1, "payload", 1, nullptr, 2);
  const auto first = chain.take(0);
  EXPECT_EQ(first.attempt, 3u);
  chain.succeed(first, {"x"});
  const auto second_task = chain.take(1);
  EXPECT_EQ(second_task.attempt, 3u);
  chain.report(second_task, outcome::failed);
  EXPECT_EQ(chain.heart.retrying(), 0u);
  EXPECT_EQ(chain.settled(), "1:fail");
}

TEST(failure, each_hand_over_is_good_for_one_attempt) {
  rig one(rig::graph({{}}));
  one.accept(1, "payload", 1, nullptr, 7);
  const auto only = one.take(0);
  EXPECT_EQ(only.attempt, 2u) << "never beyond the policy's attempts";
  one.succeed(only);
  EXPECT_EQ(one.settled(), "1:ack");
}

TEST(failure, a_source_that_keeps_failures_is_told_of_the_worst) {
  engine_settings settings = rig::graph({{1, 2}, {}, {}});
  settings.keeps_failures = true;
  rig fan(settings);
  fan.accept(1, "payload", 1, nullptr, 0);
  fan.succeed(fan.take(0), {"x"});
  fan.report(fan.take(1), outcome::failed);
  EXPECT_EQ(fan.failures(), "1:1");
  fan.report(fan.take(2), outcome::failed);
  EXPECT_EQ(fan.failures(), "") << "no more than it knows";
  fan.now += second;
  fan.heart.tick(fan.now);
  fan.report(fan.take(1), outcome::failed); // the last attempt: it is left to the source
  EXPECT_EQ(fan.failures(), "1:2");
  EXPECT_EQ(fan.settled(), "1:fail");
}

TEST(failure, what_is_rejected_and_left_counts_as_well) {
  engine_settings settings = rig::graph({{}});
  settings.keeps_failures = true;
  rig one(settings);
  one.accept(1, "payload", 1, nullptr, 4);
  one.report(one.take(0), outcome::rejected);
  EXPECT_EQ(one.failures(), "1:5");
}

TEST(failure, a_source_that_keeps_no_failures_is_told_nothing) {
  rig one(rig::graph({{}}));
  one.accept(1);
  one.report(one.take(0), outcome::failed);
  EXPECT_EQ(one.failures(), "");
}

TEST(failure, a_dead_letter_is_confirmed_before_the_message_is_acknowledged) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.accept(1, "original");
  one.report(one.take(0), outcome::rejected);
  EXPECT_EQ(one.settled(), "");
  ASSERT_EQ(one.heart.dead_letters.size(), 1u);
  const dead_letter letter = one.heart.dead_letters.front();
  EXPECT_EQ(letter.payload, "original");
  EXPECT_EQ(letter.reason, "because");
  EXPECT_EQ(letter.how, failure_kind::rejected);
  EXPECT_EQ(letter.attempts, 1u);
  EXPECT_EQ(one.heart.in_flight(), 1u);
  one.heart.dead_lettered(letter.message);
  EXPECT_EQ(one.settled(), "1:ack");
  one.heart.dead_lettered(letter.message); // stale
  one.heart.return_dead_letter(letter.message);
  EXPECT_EQ(one.settled(), "");
  EXPECT_EQ(one.heart.bytes(), 0u);
}

TEST(failure, what_is_begun_and_makes_no_progress_times_out) {
  auto settings = rig::graph({{}});
  settings.msg_timeout = 5 * second;
  rig one(settings);
  one.accept(1);
  const auto stuck = one.take(0);
  const begun running{delivery_ref::of(stuck.host_token), one.now};
  one.heart.observe(1, {&running, 1}, one.now + 5 * second);
  EXPECT_EQ(one.heart.retrying(), 0u);
  one.heart.observe(1, {&running, 1}, one.now + 5 * second + 1);
  EXPECT_EQ(one.heart.retrying(), 1u);
  EXPECT_EQ(text(stuck.payload), "payload");
  one.heart.tick(one.now + 20 * second);
  const auto again = one.take(0, 2);
  EXPECT_EQ(again.attempt, 2u);
  one.succeed(stuck); // too late: changes nothing
  EXPECT_EQ(one.settled(), "");
  one.report(again, outcome::succeeded, {}, 2);
  EXPECT_EQ(one.settled(), "1:ack");
  EXPECT_EQ(one.heart.deliveries(), 0u);
}

TEST(failure, how_a_delivery_ended_badly_is_told_and_counted_apart) {
  auto settings = rig::graph({{}}, last_action::dead_letter);
  settings.tasks[0].policy.attempts = 1;
  rig one(settings);
  for (const std::uint64_t token : {1u, 2u, 3u, 4u}) one.accept(token);
  one.report(one.take(0), outcome::failed);
  one.report(one.take(0), outcome::failed);
  one.report(one.take(0), outcome::rejected);
  const begun stuck{delivery_ref::of(one.take(0).host_token), one.now};
  one.heart.observe(1, {&stuck, 1}, one.now + 1000 * second);
  const std::vector expected{failure_kind::failed, failure_kind::failed, failure_kind::rejected,
                             failure_kind::timed_out};
  ASSERT_EQ(one.heart.dead_letters.size(), expected.size());
  ASSERT_EQ(one.heart.incidents.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(one.heart.dead_letters[i].how, expected[i]) << i;
    EXPECT_EQ(one.heart.incidents[i].how, expected[i]) << i;
  }
  const task_statistics& counts = one.heart.stats().tasks[0];
  EXPECT_EQ(counts.errors, 4u);
  EXPECT_EQ(counts.rejected, 1u);
  EXPECT_EQ(counts.timed_out, 1u);
}

TEST(failure, a_message_handed_over_too_often_or_refused_never_reaches_a_task) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.accept(1, "x", 20);
  EXPECT_EQ(one.heart.queued(0), 1u);
  one.accept(2, "x", 21);
  one.accept(3, "x", 1, "too large");
  EXPECT_EQ(one.heart.queued(0), 1u);
  ASSERT_EQ(one.heart.dead_letters.size(), 2u);
  EXPECT_EQ(one.heart.dead_letters[0].attempts, 0u);
  EXPECT_NE(one.heart.dead_letters[0].reason.find("max_deliveries = 20"), std::string::npos);
  EXPECT_EQ(one.heart.dead_letters[1].reason, "too large");
  for (const dead_letter& letter : one.heart.dead_letters) {
    EXPECT_EQ(letter.how, failure_kind::rejected);
  }
}

TEST(failure, failures_within_the_attempts_are_no_hand_overs) {
  engine_settings patient = rig::graph({{1}, {}}, last_action::dead_letter);
  patient.tasks[1].policy.attempts = 50;
  rig one(patient);
  one.accept(1, "x", 50, nullptr, 49);
  EXPECT_EQ(one.heart.queued(0), 1u);
  one.accept(2, "x", 70, nullptr, 49);
  one.accept(3, "x", 51, nullptr, 50);
  EXPECT_EQ(one.heart.queued(0), 1u);
  ASSERT_EQ(one.heart.dead_letters.size(), 2u);
  EXPECT_EQ(one.heart.dead_letters[0].attempts, 49u);
  EXPECT_EQ(one.heart.dead_letters[1].attempts, 50u);
}

TEST(failure, what_waits_for_a_retry_does_not_keep_its_chunk) {
  rig one(rig::graph({{}}));
  one.accept(1, "small");
  EXPECT_EQ(one.heart.bytes(), base::chunk_pool::standard_bytes);
  one.report(one.take(0), outcome::failed);
  EXPECT_LT(one.heart.bytes(), 1000u);
  one.heart.tick(one.now + second);
  const auto again = one.take(0);
  EXPECT_EQ(text(again.payload), "small");
  EXPECT_EQ(text(again.id), "id");
}

TEST(failure, back_off_doubles_up_to_its_limit_and_jitter_takes_from_it) {
  random dice(1);
  retry_policy plain{10, second, 5 * second, 0.0, last_action::leave};
  EXPECT_EQ(backoff_after(plain, 1, dice), second);
  EXPECT_EQ(backoff_after(plain, 3, dice), 4 * second);
  EXPECT_EQ(backoff_after(plain, 4, dice), 5 * second);
  EXPECT_EQ(backoff_after(plain, 4'000'000, dice), 5 * second);
  plain.jitter = 1.0;
  for (int i = 0; i < 100; ++i) {
    const time_ns wait = backoff_after(plain, 2, dice);
    EXPECT_GE(wait, 0);
    EXPECT_LE(wait, 2 * second);
  }
}

TEST(failure, how_messages_end_is_told_however_many_are_tried_again) {
  rig one(rig::graph({{}}));
  for (std::uint64_t token = 1; token <= 301; ++token) one.accept(token);
  for (int i = 0; i < 300; ++i) one.report(one.take(0), outcome::failed);
  one.report(one.take(0), outcome::rejected);
  EXPECT_EQ(one.heart.incidents.size(), 257u);
  EXPECT_EQ(one.heart.incidents.back().what, incident::kind::given_up);
  EXPECT_EQ(one.heart.incidents_omitted, 44u);
}

worker_report taken_from(std::initializer_list<tempest_delivery> some, outcome what) {
  worker_report made;
  made.reasons = "hangs";
  for (const tempest_delivery& one : some) {
    result& added = made.results.emplace_back();
    added.delivery = delivery_ref::of(one.host_token);
    added.what = what;
    added.reason_length = 5;
  }
  return made;
}

TEST(hang, what_is_taken_away_goes_on_while_the_worker_may_still_read_it) {
  rig one(rig::graph({{}}));
  one.accept(1, "begun");
  one.accept(2, "waits");
  const auto begun = one.take(0);
  const auto waits = one.take(0);
  one.heart.take_away(1, taken_from({begun}, outcome::timed_out), one.now);
  one.heart.take_away(1, taken_from({waits}, outcome::returned), one.now);
  EXPECT_EQ(one.heart.stats().tasks[0].errors, 1u);
  EXPECT_EQ(one.heart.stats().tasks[0].timed_out, 1u);
  const auto elsewhere = one.take(0, 2);
  EXPECT_EQ(text(elsewhere.payload), "waits");
  EXPECT_EQ(elsewhere.attempt, 1u) << "nothing is charged for it";
  one.report(elsewhere, outcome::succeeded, {}, 2);
  EXPECT_EQ(one.settled(), "2:ack");
  one.heart.tick(one.now + second);
  const auto again = one.take(0, 2);
  EXPECT_EQ(again.attempt, 2u);
  one.report(again, outcome::succeeded, {}, 2);
  EXPECT_EQ(one.settled(), "1:ack");
  EXPECT_EQ(text(begun.payload), "begun");
  EXPECT_GT(one.heart.bytes(), 0u) << "the bytes stay with the worker";
  EXPECT_EQ(one.heart.stats().tasks[0].inflow, 3u);
  one.succeed(begun); // late
  one.report(waits, outcome::returned);
  EXPECT_EQ(one.heart.bytes(), 0u);
  EXPECT_EQ(one.heart.stats().tasks[0].inflow, 3u);
  EXPECT_EQ(one.heart.stats().tasks[0].handled, 2u);
  EXPECT_EQ(one.settled(), "");
}

TEST(hang, a_worker_that_is_gone_lets_go_of_what_was_taken_from_it) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto begun = one.take(0);
  const worker_report taken = taken_from({begun}, outcome::returned);
  one.heart.take_away(2, taken, one.now); // another one's
  EXPECT_EQ(one.heart.queued(0), 0u);
  one.heart.take_away(1, taken, one.now);
  one.heart.take_away(1, taken, one.now); // once is enough
  EXPECT_EQ(one.heart.queued(0), 1u);
  one.report(one.take(0, 2), outcome::succeeded, {}, 2);
  EXPECT_GT(one.heart.bytes(), 0u);
  one.heart.release(1, departure::orderly, one.now);
  EXPECT_EQ(one.heart.bytes(), 0u);
  EXPECT_EQ(one.settled(), "1:ack");
}

} // namespace
} // namespace tempest::engine
