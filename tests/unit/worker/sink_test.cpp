// A sink as the last step: outcomes, what is confirmed, and waiting while it is away.
#include <gmock/gmock.h>

#include "tests/unit/worker/sink_rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(sink_test, reports_an_outcome_each) {
  start();
  engine_.give({"w", "f", "r", "w"});
  ASSERT_TRUE(engine_.wait_for(4));
  EXPECT_EQ(engine_.end_of[1].what, outcome::succeeded);
  EXPECT_EQ(engine_.end_of[2].what, outcome::failed);
  EXPECT_THAT(engine_.end_of[2].reason, HasSubstr("gave no reason"));
  EXPECT_EQ(engine_.end_of[3].what, outcome::rejected);
  EXPECT_EQ(engine_.end_of[3].reason, "too wide");
  EXPECT_EQ(engine_.end_of[4].what, outcome::succeeded);
  stop();
  EXPECT_EQ(sink_.closed, 1);
}

// A round trip, or a disk that confirms slowly, is there once a write: one by one it would be there
// once a message.
TEST_F(sink_test, writes_many_at_once_to_what_is_far_away) {
  sink_.far = std::chrono::milliseconds(12);
  start();
  ASSERT_TRUE(engine_.feed(100, "w"));
  EXPECT_LE(sink_.write_count(), 40u);
}

TEST_F(sink_test, does_not_call_written_what_could_not_be_flushed) {
  sink_.flush_fails = true;
  start();
  engine_.give({"w", "r"});
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_EQ(engine_.end_of[1].what, outcome::failed);
  EXPECT_THAT(engine_.end_of[1].reason, HasSubstr("could not flush: disk full"));
  EXPECT_EQ(engine_.end_of[2].what, outcome::rejected);
}

TEST_F(sink_test, begins_nothing_while_the_sink_is_away) {
  sink_.away = true;
  start();
  engine_.give({"w"});
  ASSERT_TRUE(tried_again());
  ASSERT_TRUE(tried_again());
  std::vector<engine::begun> seen;
  engine_.link.inspect([&](auto batch) { worker_.begun(1000, batch, seen); });
  EXPECT_TRUE(seen.empty());
  engine_.collect();
  EXPECT_EQ(engine_.results_, 0u);
  sink_.away = false;
  ASSERT_TRUE(engine_.wait_for(1));
  EXPECT_EQ(engine_.end_of[1].what, outcome::succeeded);
}

TEST_F(sink_test, is_well_once_it_was_reached_and_as_long_as_it_is) {
  const auto becomes = [&](const std::string& trouble) {
    const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
    while (notice_.trouble() != trouble && base::steady_ns() < deadline_ns) {
      std::this_thread::yield();
    }
    return notice_.trouble() == trouble;
  };
  EXPECT_EQ(notice_.trouble(), "not reached yet");
  sink_.away = true;
  start();
  EXPECT_TRUE(becomes("nobody answers"));
  sink_.away = false;
  EXPECT_TRUE(becomes(""));
  sink_.away = true;
  EXPECT_TRUE(becomes("cut off")) << "without any message";
}

TEST_F(sink_test, names_what_a_write_has_begun_and_since_when) {
  const std::int64_t before_ns = base::steady_ns();
  start();
  engine_.give({"h", "w"});
  ASSERT_TRUE(sink_.hangs.wait());
  std::vector<engine::begun> seen;
  const auto look = [&] {
    seen.clear();
    const std::int64_t now_ns = base::steady_ns();
    engine_.link.inspect([&](auto batch) { worker_.begun(now_ns, batch, seen); });
  };
  look();
  sink_.go_on.open();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].delivery.token(), 1u);
  EXPECT_EQ(seen[1].delivery.token(), 2u);
  EXPECT_GE(seen[0].since, before_ns);
  EXPECT_LE(seen[0].since, base::steady_ns());
  ASSERT_TRUE(engine_.wait_for(2));
  look();
  EXPECT_TRUE(seen.empty());
}

TEST_F(sink_test, gives_waiting_ones_back_when_they_are_wanted) {
  sink_.away = true;
  start();
  engine_.give({"w", "w"});
  std::size_t in_hand = 0;
  while (in_hand == 0) engine_.link.inspect([&](auto batch) { in_hand = batch.size(); });
  ASSERT_TRUE(tried_again());
  engine::worker_report taken_back;
  engine_.link.cancel([](engine::delivery_ref) { return true; }, taken_back);
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_EQ(engine_.end_of[1].what, outcome::returned);
  EXPECT_EQ(engine_.end_of[2].what, outcome::returned);
}

TEST_F(sink_test, connects_again_after_a_failure_that_cut_it_off) {
  start();
  engine_.give({"w"});
  ASSERT_TRUE(engine_.wait_for(1));
  sink_.away = true;
  engine_.give({"f"});
  ASSERT_TRUE(tried_again());
  engine_.give({"w"});
  ASSERT_TRUE(tried_again());
  sink_.away = false;
  ASSERT_TRUE(engine_.wait_for(3));
  EXPECT_EQ(engine_.end_of[2].what, outcome::failed) << "it says that it is well";
  EXPECT_EQ(engine_.end_of[3].what, outcome::succeeded);
}

TEST_F(sink_test, one_that_can_be_reached_but_not_written_to_is_tried_ever_less) {
  constexpr std::int64_t ms = 1'000'000;
  sink_runner runner(fake_sink::functions(), options_, host_, notice_, {1'000'000 * ms, 3, 0});
  std::string reason;
  ASSERT_TRUE(runner.create(reason));
  std::vector<write_outcome> outcomes;
  const auto write = [&](const char* payload) {
    std::vector<suspicion> suspicions(1000);
    std::vector<tempest_delivery> messages(runner.at_once(suspicions));
    for (tempest_delivery& one : messages) one.payload = slice(payload);
    runner.write(messages, std::span(suspicions).first(messages.size()), outcomes);
  };
  const auto pause_after = [&](int writes) {
    std::int64_t pause_ns = 0;
    for (int i = 0; i < writes; ++i) {
      sink_.away = true;
      write("f");
      pause_ns = runner.next_look_ns() - base::steady_ns();
      sink_.away = false;
      EXPECT_TRUE(runner.ready(runner.next_look_ns())) << "it can be reached";
    }
    return pause_ns;
  };
  ASSERT_TRUE(runner.ready(0));
  EXPECT_LT(pause_after(1), 101 * ms);
  EXPECT_GT(pause_after(11), 50'000 * ms);
  write("w");
  EXPECT_GT(pause_after(1), 1'000 * ms) << "it takes one now and then";
  for (int i = 0; i < 3; ++i) write("w");
  EXPECT_LT(pause_after(1), 1'000 * ms) << "it takes more of them";
  for (int i = 0; i < 7; ++i) write("w");
  EXPECT_EQ(outcomes.size(), 64u);
  EXPECT_LT(pause_after(1), 101 * ms);
}

TEST_F(sink_test, one_that_takes_nothing_now_charges_nobody) {
  sink_.full = true;
  start();
  engine_.give({"w1", "w2"});
  ASSERT_TRUE(tried(5));
  engine_.give({"w3"});
  const std::size_t before = sink_.write_count();
  ASSERT_TRUE(tried(before + 5));
  engine_.collect();
  EXPECT_EQ(engine_.results_, 0u);
  sink_.full = false;
  ASSERT_TRUE(engine_.wait_for(3));
  for (const auto& [token, end] : engine_.end_of) EXPECT_EQ(end.what, outcome::succeeded) << token;
  const std::scoped_lock lock(sink_.mutex);
  EXPECT_EQ(sink_.writes[0], "w1 w2");
  EXPECT_EQ(sink_.writes[1], "w1");
  EXPECT_EQ(sink_.writes[2], "w2") << "in turn";
  EXPECT_NE(std::find(sink_.writes.begin(), sink_.writes.end(), "w3"), sink_.writes.end());
}

TEST_F(sink_test, only_what_is_being_written_can_time_out) {
  start();
  engine_.give({"b"});
  ASSERT_TRUE(tried(1));
  engine_.give({"h", "w"});
  ASSERT_TRUE(sink_.hangs.wait());
  std::vector<engine::begun> seen;
  engine_.link.inspect([&](auto batch) { worker_.begun(base::steady_ns(), batch, seen); });
  sink_.go_on.open();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].delivery.token(), 2u);
  ASSERT_TRUE(engine_.wait_for(3));
  EXPECT_EQ(engine_.end_of[1].what, outcome::failed);
  EXPECT_EQ(engine_.end_of[2].what, outcome::succeeded);
  EXPECT_EQ(engine_.end_of[3].what, outcome::succeeded);
}

TEST_F(sink_test, only_the_message_that_breaks_it_is_charged) {
  start();
  engine_.give({"w1", "w2", "b", "w3", "w4"});
  ASSERT_TRUE(engine_.wait_for(5));
  for (const std::uint64_t token : {1u, 2u, 4u, 5u}) {
    EXPECT_EQ(engine_.end_of[token].what, outcome::succeeded) << token;
  }
  EXPECT_EQ(engine_.end_of[3].what, outcome::failed);
  EXPECT_THAT(engine_.end_of[3].reason, HasSubstr("times that it was tried alone"));
  stop();
  ASSERT_GT(sink_.writes.size(), 5u);
  EXPECT_THAT(std::vector(sink_.writes.begin(), sink_.writes.begin() + 5),
              ElementsAre("w1 w2 b w3 w4", "b", "w3", "w4", "b"));
  EXPECT_THAT(std::vector(sink_.writes.begin() + 5, sink_.writes.end()), Each("b"));
}

TEST_F(sink_test, who_was_cut_after_another_is_tried_before_others) {
  start();
  sink_.cuts_second = true;
  engine_.give({"w0"});
  ASSERT_TRUE(engine_.wait_for(1));
  engine_.give({"w1", "w2", "w3"});
  ASSERT_TRUE(engine_.wait_for(4));
  for (const auto& [token, end] : engine_.end_of) EXPECT_EQ(end.what, outcome::succeeded) << token;
  stop();
  EXPECT_THAT(sink_.writes, ElementsAre("w0", "w1 w2 w3", "w1", "w2", "w2", "w3", "w3"));
}

TEST_F(sink_test, what_is_rejected_clears_those_that_the_sink_broke_off) {
  start();
  engine_.give({"w1", "r", "b", "w2"});
  ASSERT_TRUE(engine_.wait_for(4));
  EXPECT_EQ(engine_.end_of[2].what, outcome::rejected);
  EXPECT_EQ(engine_.end_of[3].what, outcome::failed);
  stop();
  ASSERT_GT(sink_.writes.size(), 5u);
  EXPECT_THAT(std::vector(sink_.writes.begin(), sink_.writes.begin() + 5),
              ElementsAre("w1 r b w2", "b w2", "b", "w2", "b"));
}

TEST_F(sink_test, who_breaks_it_is_charged_while_others_go_on) {
  start();
  engine_.give({"b"});
  std::size_t given = 1;
  while (engine_.end_of[1].what != outcome::failed && given < 10'000) {
    engine_.give({"w"});
    ASSERT_TRUE(engine_.wait_for(given++)) << "nobody waits for it";
  }
  EXPECT_EQ(engine_.end_of[1].what, outcome::failed);
  stop();
  const auto tries = std::count(sink_.writes.begin(), sink_.writes.end(), "b");
  EXPECT_GE(tries, 5);
  EXPECT_THAT(engine_.end_of[1].reason,
              HasSubstr("each of the " + std::to_string(tries) + " times"));
}

TEST_F(sink_test, connections_that_are_cut_by_chance_charge_nobody) {
  constexpr std::size_t messages = 3000;
  sink_.cut = 0.37;
  start();
  for (std::size_t given = 0; given < messages; given += 10) {
    engine_.give({"w", "w", "w", "w", "w", "w", "w", "w", "w", "w"});
    ASSERT_TRUE(engine_.wait_for(given));
  }
  ASSERT_TRUE(engine_.wait_for(messages));
  for (const auto& [token, end] : engine_.end_of) EXPECT_EQ(end.what, outcome::succeeded) << token;
}

TEST_F(sink_test, while_each_write_breaks_nobody_is_charged_at_once_and_others_have_a_try) {
  sink_.breaks = true;
  start();
  engine_.give({"w1"});
  ASSERT_TRUE(tried(2));
  engine_.give({"w2", "w3"});
  ASSERT_TRUE(tried(12));
  sink_.breaks = false;
  ASSERT_TRUE(engine_.wait_for(3));
  for (const auto& [token, end] : engine_.end_of) EXPECT_EQ(end.what, outcome::succeeded) << token;
}

TEST_F(sink_test, alone_in_the_world_what_breaks_it_leaves_in_the_end) {
  start();
  engine_.give({"b"});
  ASSERT_TRUE(engine_.wait_for(1));
  EXPECT_EQ(engine_.end_of[1].what, outcome::failed);
  stop();
  EXPECT_EQ(sink_.writes.size(), 24u);
}

TEST_F(sink_test, what_waits_in_hand_goes_back_when_it_is_wanted) {
  sink_.full = true;
  start();
  engine_.give({"w", "w"});
  ASSERT_TRUE(tried(3));
  engine::worker_report taken_back;
  engine_.link.cancel([](engine::delivery_ref) { return true; }, taken_back);
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_EQ(engine_.end_of[1].what, outcome::returned);
  EXPECT_EQ(engine_.end_of[2].what, outcome::returned);
}

TEST_F(sink_test, says_why_it_could_not_be_created) {
  sink_.create_fails = "no folder";
  start();
  stop();
  EXPECT_THAT(fatal_, HasSubstr("could not be created: no folder"));
  EXPECT_EQ(code_, base::exit_code::bad_config);
}

} // namespace
} // namespace tempest::worker
