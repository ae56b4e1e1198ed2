// Sources that are away, unhealthy, at their end, or careless.
#include "tests/unit/source/fake_source.hpp"

namespace tempest::source {
namespace {

TEST(trouble, a_source_that_is_away_is_tried_until_it_is_there) {
  pump_rig rig;
  rig.source.reachable = [&] { return rig.source.connects >= 3; };
  rig.start();
  rig.until([&] { return rig.source.connects == 1; });
  EXPECT_FALSE(rig.last.was_connected);
  rig.until([&] { return rig.last.state == pump_state::connected; });
  EXPECT_EQ(rig.source.connects, 3);
  EXPECT_EQ(rig.last.counts.reconnects, 0u);
}

// What is ordered meanwhile waits: a connect that begins again and again may never end.
TEST(trouble, a_connect_is_not_called_off_for_room_or_settlements) {
  pump_rig rig;
  std::atomic<bool> go_on{false};
  rig.source.reachable = [&] {
    while (!go_on) std::this_thread::yield();
    return rig.source.interrupts == 0;
  };
  rig.start();
  rig.until([&] { return rig.source.connects == 1; });
  rig.driver->allow(10, 1000);
  rig.settle(1, TEMPEST_ACK);
  rig.driver->extend({2});
  go_on = true;
  rig.until([&] { return rig.last.counts.acked == 1; });
  EXPECT_EQ(rig.source.connects, 1);
  EXPECT_EQ(rig.last.reason, "");
}

TEST(trouble, a_connect_that_is_called_off_to_close_is_no_fault_of_the_source) {
  pump_rig rig;
  rig.source.reachable = [&] {
    while (rig.source.interrupts == 0) std::this_thread::yield();
    return false;
  };
  rig.start();
  rig.until([&] { return rig.source.connects == 1; });
  testing::internal::CaptureStderr();
  rig.driver->close(base::steady_ns() + 5'000'000'000);
  rig.until([&] { return rig.last.closed; });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(rig.last.reason, "");
}

// An interrupt that a poll does not notice any more is remembered by the source, and ends the
// connect that follows.
TEST(trouble, a_connect_that_ends_by_an_interrupt_of_the_last_poll_is_begun_again) {
  pump_rig rig;
  std::atomic<bool> late{false};
  rig.source.reachable = [&] { return !late.exchange(false); };
  rig.source.on_poll = [&](poll_call) {
    if (rig.source.interrupts == 0 || rig.source.connects > 1) return int{TEMPEST_POLL_OK};
    late = true;
    return int{TEMPEST_POLL_UNAVAILABLE};
  };
  rig.start();
  rig.until([&] { return rig.source.polls > 0; });
  while (rig.source.interrupts == 0) {
    rig.settle(1, TEMPEST_ACK);
    rig.collect();
  }
  rig.until([&] { return rig.last.counts.reconnects == 1; });
  EXPECT_EQ(rig.source.connects, 3);
  EXPECT_EQ(rig.last.reason, "the line is cut"); // and not that it could not be reached again
}

TEST(trouble, a_source_that_can_be_reached_but_not_read_is_tried_ever_less) {
  pump_rig rig;
  rig.source.waits = false;
  rig.source.on_poll = [](poll_call) { return int{TEMPEST_POLL_UNAVAILABLE}; };
  rig.start();
  const std::int64_t start = base::steady_ns();
  rig.until([&] { return base::steady_ns() - start > 1'500'000'000; });
  EXPECT_GT(rig.source.polls, 1);
  EXPECT_LT(rig.source.polls, 12);
}

TEST(trouble, a_source_is_doubted_from_its_loss_until_a_poll_goes_well) {
  pump_rig rig;
  std::atomic<bool> well{true};
  rig.source.on_poll = [&](poll_call) {
    return int{well ? TEMPEST_POLL_OK : TEMPEST_POLL_UNAVAILABLE};
  };
  rig.start();
  rig.until([&] { return rig.last.state == pump_state::connected; });
  EXPECT_FALSE(rig.last.doubted);
  well = false;
  rig.until([&] { return rig.last.doubted; });
  const int before = rig.source.connects;
  bool always = true; // also when it has just been connected to
  rig.until([&] {
    always = always && rig.last.doubted;
    return rig.source.connects > before + 2;
  });
  EXPECT_TRUE(always);
  well = true;
  rig.until([&] { return !rig.last.doubted; });
}

TEST(trouble, a_source_counts_as_reached_while_its_first_poll_waits) {
  pump_rig rig;
  std::atomic<bool> seen{false};
  rig.source.on_poll = [&](poll_call) {
    while (!seen) std::this_thread::yield();
    return int{TEMPEST_POLL_OK};
  };
  rig.start();
  rig.until([&] { return rig.last.was_connected; });
  EXPECT_LE(rig.source.polls, 1);
  seen = true;
}

TEST(trouble, settlements_wait_while_the_source_is_away) {
  pump_rig rig;
  std::atomic<bool> there{true};
  rig.source.reachable = [&] { return there.load(); };
  rig.source.on_poll = [&](poll_call) {
    return int{there ? TEMPEST_POLL_OK : TEMPEST_POLL_UNAVAILABLE};
  };
  rig.start();
  rig.until([&] { return rig.last.was_connected; });
  there = false;
  rig.until([&] { return rig.last.state == pump_state::away; });
  EXPECT_EQ(rig.last.reason.substr(0, 3), rig.source.connects > 1 ? "nob" : "the");
  rig.settle(1, TEMPEST_ACK);
  rig.until([&] { return rig.source.connects > 1; });
  EXPECT_TRUE(rig.source.settled().empty());
  there = true;
  rig.until([&] { return rig.last.counts.acked == 1; });
  EXPECT_EQ(rig.last.counts.reconnects, 1u);
}

TEST(trouble, what_waits_at_the_broker_is_told_as_long_as_the_source_knows) {
  pump_rig rig;
  rig.start();
  rig.until([&] { return rig.last.state == pump_state::connected; });
  EXPECT_FALSE(rig.last.waiting);
  rig.source.depth_told = 7;
  rig.until([&] { return rig.last.waiting == 7; });
  rig.source.depth_told = 0;
  rig.until([&] { return rig.last.waiting == 0; });
  rig.source.depth_told = -1;
  rig.until([&] { return !rig.last.waiting; });
}

TEST(trouble, bad_answers_in_a_row_reconnect) {
  pump_rig rig;
  rig.source.healthy = [&] { return rig.source.connects > 1; };
  pump_settings settings;
  settings.unhealthy_limit = 1;
  rig.start(settings);
  rig.until([&] { return rig.last.counts.reconnects == 1; });
  EXPECT_NE(rig.last.reason.find("pale"), std::string::npos);
}

TEST(trouble, too_many_bad_answers_end_it) {
  pump_rig rig;
  rig.source.reachable = [] { return false; };
  pump_settings settings;
  settings.unhealthy_shutdown = 2;
  rig.start(settings);
  rig.until([&] { return rig.last.state == pump_state::gave_up; });
  EXPECT_NE(rig.last.reason.find("nobody answers"), std::string::npos);
}

TEST(trouble, bad_answers_and_failed_connects_count_alike) {
  pump_rig rig;
  rig.source.healthy = [] { return false; };
  rig.source.reachable = [&] { return rig.source.connects == 1; };
  pump_settings settings;
  settings.unhealthy_limit = 1;
  settings.unhealthy_shutdown = 3;
  rig.start(settings);
  rig.until([&] { return rig.last.state == pump_state::gave_up; });
  EXPECT_EQ(rig.last.reason, "nobody answers (3 bad answers in a row: unhealthy_shutdown)");
  EXPECT_EQ(rig.source.connects, 3);
}

// It lets itself be connected to and polled, and says each time that it is not well.
TEST(trouble, a_source_that_stays_unhealthy_is_connected_to_ever_less_and_it_is_said_once) {
  pump_rig rig;
  std::atomic<bool> well{false};
  rig.source.healthy = [&] { return well.load(); };
  pump_settings settings;
  settings.unhealthy_limit = 1;
  testing::internal::CaptureStderr();
  rig.start(settings);
  rig.until([&] { return rig.last.counts.reconnects == 1; });
  const std::int64_t start = base::steady_ns();
  rig.until([&] { return base::steady_ns() - start > 1'500'000'000; });
  EXPECT_GT(rig.last.counts.reconnects, 1u);
  EXPECT_LT(rig.last.counts.reconnects, 8u);
  well = true;
  const std::uint64_t before = rig.last.counts.reconnects;
  rig.until([&] { return rig.last.counts.reconnects > before; });
  rig.settle(1, TEMPEST_ACK);
  rig.until([&] { return rig.last.counts.acked == 1; });
  rig.stop();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_NE(log.find("is away: it looks pale"), std::string::npos) << log;
  EXPECT_NE(log.find("is back"), std::string::npos) << log;
}

TEST(trouble, an_instance_that_cannot_be_made_is_unusable) {
  pump_rig rig;
  rig.source.creatable = false;
  rig.start();
  rig.until([&] { return rig.last.closed; });
  EXPECT_EQ(rig.last.state, pump_state::unusable);
  EXPECT_EQ(rig.last.reason, "no memory of it");
  EXPECT_EQ(rig.source.destroys, 0);
}

// What was told and is not answered is counted beside it.
TEST(trouble, the_end_counts_once_it_is_said_after_all_was_told) {
  pump_rig rig;
  rig.source.settled_as = TEMPEST_SETTLED_RETRY;
  rig.source.waits = false;
  rig.source.on_poll = [](poll_call) { return int{TEMPEST_POLL_END}; };
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.last.ended; });
  rig.settle(1, TEMPEST_FAIL); // may come again
  EXPECT_FALSE(rig.driver->status().ended);
  rig.until([&] { return rig.source.settled().size() >= 2; });
  EXPECT_FALSE(rig.last.ended);
  rig.source.settled_as = 0;
  rig.until([&] { return rig.last.ended; });
  EXPECT_EQ(rig.last.counts.unsettled, 1u);
}

// A poll that comes back at once without anything must not keep a core busy.
TEST(trouble, a_source_that_does_not_wait_is_asked_ever_less) {
  pump_rig rig;
  rig.source.waits = false;
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.source.polls_with_room >= 8; });
  const std::int64_t start = base::steady_ns();
  const int before = rig.source.polls;
  rig.until([&] { return base::steady_ns() - start > 300'000'000; });
  EXPECT_LT(rig.source.polls - before, 100);
}

TEST(trouble, without_room_the_source_is_asked_a_few_times_a_second_only) {
  pump_rig rig;
  rig.source.waits = false;
  rig.start();
  rig.until([&] { return rig.source.polls > 0; });
  const std::int64_t start = base::steady_ns();
  const int before = rig.source.polls;
  rig.until([&] { return base::steady_ns() - start > 300'000'000; });
  EXPECT_LT(rig.source.polls - before, 10);
}

} // namespace
} // namespace tempest::source
