// The pump against a scripted source.
#include "tests/unit/source/fake_source.hpp"

namespace tempest::source {
namespace {

TEST(pump, reads_no_more_than_there_is_room_for) {
  pump_rig rig;
  for (std::uint64_t token = 1; token <= 5; ++token) rig.source.give(token, "m");
  rig.start();
  rig.until([&] { return rig.source.polls > 0; });
  EXPECT_TRUE(rig.tokens.empty()); // no room yet
  rig.driver->allow(2, 1000);
  rig.until([&] { return rig.tokens.size() == 2; });
  EXPECT_EQ(rig.source.most_at_once, 2);
  rig.driver->allow(3, 1000);
  rig.until([&] { return rig.tokens.size() == 5; });
  EXPECT_EQ(rig.tokens, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST(pump, room_on_its_way_is_not_used_twice) {
  pump_rig rig;
  for (std::uint64_t token = 1; token <= 5; ++token) rig.source.give(token, "m");
  rig.start();
  rig.driver->allow(2, 1000);
  while (rig.source.polls_with_room == 0) std::this_thread::yield();
  rig.driver->allow(2, 1000); // nothing was collected: it is the same room
  const int polls = rig.source.polls;
  rig.settle(99, TEMPEST_ACK); // makes it look
  while (rig.source.polls < polls + 1) std::this_thread::yield();
  rig.collect();
  EXPECT_LE(rig.tokens.size(), 2u);
}

TEST(pump, bytes_of_the_source_are_copied) {
  pump_rig rig;
  rig.source.give(1, "first");
  rig.source.give(2, std::string(100'000, 'x'));
  rig.start();
  rig.driver->allow(10, 1'000'000);
  rig.until([&] { return rig.tokens.size() == 2; });
  EXPECT_EQ(rig.payloads[0], "first");
  EXPECT_EQ(rig.payloads[1], std::string(100'000, 'x'));
}

TEST(pump, a_message_that_is_too_large_comes_with_its_bytes_and_is_refused) {
  pump_rig rig;
  rig.source.give(1, std::string(11, 'x'));
  rig.source.give(2, std::string(10, 'y'));
  pump_settings settings;
  settings.max_message_bytes = 10;
  rig.start(settings);
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.tokens.size() == 2; });
  EXPECT_TRUE(rig.refused[0]);
  EXPECT_EQ(rig.payloads[0], std::string(11, 'x'));
  EXPECT_FALSE(rig.refused[1]);
}

TEST(pump, failures_reach_the_source_before_the_settlement_that_gives_the_message_up) {
  pump_rig rig;
  rig.source.give(7, "m");
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.tokens.size() == 1; });
  std::vector<engine::failure_count> counts{{7, 3}};
  rig.driver->failed(counts);
  EXPECT_TRUE(counts.empty());
  rig.settle(7, TEMPEST_FAIL);
  rig.until([&] { return rig.source.settled().size() == 1; });
  EXPECT_EQ(rig.source.failed(), (std::vector<std::pair<std::uint64_t, std::uint32_t>>{{7, 3}}));
  EXPECT_EQ(rig.source.failed_when_settled(), 0u);
}

TEST(pump, failures_end_a_blocked_poll_and_outlive_a_source_that_is_away) {
  pump_rig rig;
  rig.start();
  rig.until([&] { return rig.last.state == pump_state::connected; });
  std::vector<engine::failure_count> counts{{7, 1}};
  rig.driver->failed(counts);
  rig.until([&] { return rig.source.failed().size() == 1; });
  std::atomic<bool> there{false};
  rig.source.reachable = [&] { return there.load(); };
  rig.source.on_poll = [&](poll_call) {
    return there ? int{TEMPEST_POLL_OK} : int{TEMPEST_POLL_UNAVAILABLE};
  };
  rig.driver->allow(1, 1000);
  rig.until([&] { return rig.last.state == pump_state::away; });
  for (const std::uint32_t failures : {2u, 3u}) {
    counts = {{7, failures}};
    rig.driver->failed(counts);
    rig.collect();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  there = true;
  rig.until([&] { return rig.source.failed().size() == 3; });
  EXPECT_EQ(rig.source.failed().back().second, 3u);
}

TEST(pump, a_settlement_ends_a_blocked_poll_and_is_counted_once_confirmed) {
  pump_rig rig;
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.source.polls_with_room > 0; });
  const int interrupts = rig.source.interrupts;
  rig.settle(7, TEMPEST_ACK);
  rig.until([&] { return rig.source.interrupts > interrupts; });
  rig.until([&] { return rig.last.counts.acked == 1; });
  EXPECT_EQ(rig.source.settled(), (std::vector<std::pair<std::uint64_t, int>>{{7, TEMPEST_ACK}}));
  EXPECT_EQ(rig.last.counts.unsettled, 0u);
}

TEST(pump, what_the_broker_did_not_confirm_is_not_counted_as_acknowledged) {
  pump_rig rig;
  rig.source.settled_as = 0;
  rig.start();
  rig.settle(7, TEMPEST_ACK);
  rig.until([&] { return rig.source.settled().size() == 1; });
  rig.until([&] { return rig.source.polls > 1; });
  EXPECT_EQ(rig.last.counts.acked, 0u);
  EXPECT_EQ(rig.last.counts.unsettled, 1u);
}

TEST(pump, what_the_broker_no_longer_knows_is_not_counted_as_acknowledged) {
  pump_rig rig;
  rig.source.settled_as = TEMPEST_SETTLED_GONE;
  rig.start();
  rig.settle(7, TEMPEST_ACK);
  rig.until([&] { return rig.last.counts.gone == 1; });
  EXPECT_EQ(rig.last.counts.acked, 0u);
  EXPECT_EQ(rig.last.counts.unsettled, 0u);
}

TEST(pump, a_settlement_that_must_wait_is_told_again_with_its_outcome) {
  pump_rig rig;
  rig.source.settled_as = TEMPEST_SETTLED_RETRY;
  rig.start();
  rig.settle(7, TEMPEST_FAIL);
  rig.until([&] { return rig.source.settled().size() >= 2; });
  EXPECT_EQ(rig.source.settled()[1], (std::pair<std::uint64_t, int>{7, TEMPEST_FAIL}));
  EXPECT_EQ(rig.last.counts.failed, 0u);
}

TEST(pump, what_the_source_lost_is_withdrawn) {
  pump_rig rig;
  rig.source.give(1, "m");
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.tokens.size() == 1; });
  rig.source.lose({1});
  rig.until([&] { return !rig.withdrawn.empty(); });
  EXPECT_EQ(rig.withdrawn, std::vector<std::uint64_t>{1});
  EXPECT_EQ(rig.last.counts.withdrawn, 1u);
}

// The engine decides while the source loses it, or before the engine has heard of that: the source
// would never answer.
TEST(pump, what_the_source_lost_is_not_told_to_it) {
  for (const bool heard_of : {false, true}) {
    pump_rig rig;
    std::atomic<bool> decided{false};
    rig.source.waits = false;
    rig.source.on_poll = [&](poll_call) {
      while (!heard_of && rig.source.losses > 0 && !decided) std::this_thread::yield();
      return int{TEMPEST_POLL_OK};
    };
    rig.source.give(1, "m");
    rig.start();
    rig.driver->allow(10, 1000);
    rig.until([&] { return rig.tokens.size() == 1; });
    rig.source.lose({1});
    while (heard_of ? rig.driver->status().counts.withdrawn == 0 : rig.source.losses == 0) {
      std::this_thread::yield();
    }
    rig.settle(1, TEMPEST_ACK);
    decided = true;
    const int polls = rig.source.polls;
    rig.until([&] { return rig.source.polls > polls + 1 && !rig.withdrawn.empty(); });
    EXPECT_TRUE(rig.source.settled().empty());
    EXPECT_EQ(rig.last.counts.unsettled, 0u);
  }
}

TEST(pump, what_is_awaited_is_told_once_it_is_answered_for_good_or_lost) {
  pump_rig rig;
  rig.source.settled_as = TEMPEST_SETTLED_RETRY;
  rig.start();
  rig.driver->await(std::vector<engine::ended_suspect>{{7, 0, {}}, {8, 0, {}}});
  rig.settle(7, TEMPEST_ACK);
  rig.settle(9, TEMPEST_ACK); // nobody asked for
  rig.until([&] { return rig.source.settled().size() >= 4; });
  EXPECT_TRUE(rig.confirmed.empty());
  rig.source.settled_as = TEMPEST_SETTLED_OK;
  rig.until([&] { return rig.last.counts.acked == 2; });
  EXPECT_EQ(rig.confirmed, std::vector<std::uint64_t>{7});
  rig.source.lose({8});
  rig.until([&] { return !rig.withdrawn.empty(); });
  EXPECT_EQ(rig.confirmed, (std::vector<std::uint64_t>{7, 8}));
}

TEST(pump, leases_are_renewed_when_told) {
  pump_rig rig;
  rig.start();
  rig.driver->extend({3, 4});
  rig.until([&] { return rig.source.extended().size() == 2; });
  EXPECT_EQ(rig.source.extended(), (std::vector<std::uint64_t>{3, 4}));
}

TEST(pump, closing_settles_what_is_left) {
  pump_rig rig;
  rig.start();
  rig.until([&] { return rig.last.was_connected; });
  rig.settle(1, TEMPEST_ACK);
  rig.settle(2, TEMPEST_RETURN);
  rig.driver->close(base::steady_ns() + 1'000'000'000);
  rig.driver->join();
  rig.collect();
  EXPECT_TRUE(rig.last.closed);
  EXPECT_EQ(rig.last.counts.acked, 1u);
  EXPECT_EQ(rig.last.counts.returned, 1u);
  EXPECT_EQ(rig.source.closes, 1);
  EXPECT_EQ(rig.source.destroys, 1);
}

TEST(pump, nothing_is_read_once_stopped) {
  pump_rig rig;
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.source.polls_with_room > 0; });
  rig.driver->stop_polling();
  const int polls = rig.source.polls;
  rig.settle(1, TEMPEST_ACK);
  rig.until([&] { return rig.last.counts.acked == 1 && rig.source.polls > polls; });
  const int with_room = rig.source.polls_with_room;
  rig.source.give(1, "m");
  rig.settle(2, TEMPEST_ACK);
  rig.until([&] { return rig.last.counts.acked == 2; });
  EXPECT_EQ(rig.source.polls_with_room, with_room);
}

TEST(pump, nothing_is_read_while_it_is_held) {
  pump_rig rig;
  rig.start();
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.source.polls_with_room > 0; });
  rig.driver->hold();
  const int polls = rig.source.polls;
  rig.settle(1, TEMPEST_ACK);
  rig.until([&] { return rig.last.counts.acked == 1 && rig.source.polls > polls; });
  const int with_room = rig.source.polls_with_room;
  rig.source.give(1, "m");
  rig.settle(2, TEMPEST_ACK);
  rig.until([&] { return rig.last.counts.acked == 2; });
  EXPECT_EQ(rig.source.polls_with_room, with_room);
  rig.driver->allow(10, 1000);
  rig.until([&] { return rig.last.counts.read == 1; });
}

} // namespace
} // namespace tempest::source
