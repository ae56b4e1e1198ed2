// Suspects that a task process has: each begins while workers have nothing else.
#include "tests/unit/service/dispatching.hpp"

namespace tempest::service {
namespace {

using engine::outcome;

struct dispatching_suspects : dispatching {
  void suspects(std::uint64_t session, std::uint64_t first, std::size_t count = 1,
                std::uint32_t task = 0) {
    deliver(session, first, count, task, 1, true);
  }
  // In a worker's hands: token 20; 10 waits.
  std::vector<tempest_delivery> suspect_of_2_before_work_of_1() {
    suspects(2, 20);
    deliver(1, 10, 1);
    EXPECT_EQ(all.announce_alone(1), 2u);
    all.begin_alone();
    return take(9);
  }
};

// What another topology has in this process would be lost with it, and the other way round.
TEST_F(dispatching_suspects, a_suspect_waits_until_workers_have_nothing_of_anybody) {
  deliver(1, 10, 2);
  const auto ordinary = take(1);
  suspects(2, 20, 1, 1);
  EXPECT_EQ(all.announce_alone(1), std::nullopt);
  EXPECT_EQ(all.queued(0) + all.queued(1), 0u) << "nothing new is begun meanwhile";
  EXPECT_TRUE(take(9).empty());
  finish(ordinary);
  EXPECT_EQ(all.announce_alone(2), 2u) << "its session";
  EXPECT_EQ(all.announce_alone(2), std::nullopt) << "once";
  std::vector<wire::begun> said_begun;
  all.begun(1, {}, 2, said_begun);
  EXPECT_TRUE(said_begun.empty());
  all.begun(2, {}, 2, said_begun);
  ASSERT_EQ(said_begun.size(), 1u);
  EXPECT_EQ(said_begun.front().token, 20u);
  EXPECT_EQ(said_begun.front().task, 1u);
  EXPECT_TRUE(take(9, 1).empty()) << "its topology has not heard yet";
  all.begin_alone();
  EXPECT_EQ(all.queued(0), 0u);
  const auto suspect = take(9, 1);
  ASSERT_EQ(suspect.size(), 1u);
  suspects(1, 12);
  EXPECT_EQ(all.announce_alone(3), std::nullopt) << "one at a time";
  EXPECT_TRUE(take(9).empty());
  told();
  finish(suspect, outcome::succeeded, 1);
  EXPECT_EQ(told(), "2:20+ ");
  EXPECT_EQ(all.announce_alone(4), 1u);
  all.begin_alone();
  finish(take(9));
  EXPECT_EQ(told(), "1:12+ ");
  EXPECT_EQ(take(9).size(), 1u) << "and then what is ordinary";
}

TEST_F(dispatching_suspects, a_suspect_that_goes_back_or_hangs_holds_nobody_up) {
  deliver(1, 10, 1);
  suspects(2, 20);
  EXPECT_EQ(all.announce_alone(1), 2u);
  const std::uint64_t tokens[] = {20};
  EXPECT_FALSE(all.cancel(2, tokens, back));
  EXPECT_EQ(told(), "2:20- ");
  all.begin_alone();
  EXPECT_EQ(all.queued(0), 1u);
  suspects(2, 21);
  EXPECT_EQ(all.announce_alone(2), 2u);
  EXPECT_FALSE(all.forget(2));
  EXPECT_EQ(all.queued(0), 1u);
  suspects(3, 30);
  EXPECT_EQ(all.announce_alone(3), 3u);
  all.begin_alone();
  const auto hangs = take(9);
  ASSERT_EQ(hangs.size(), 1u);
  engine::worker_report away;
  away.results.emplace_back().delivery = name(hangs.front());
  away.results.back().what = outcome::timed_out;
  all.take_away(0, away, back);
  EXPECT_EQ(all.queued(0), 1u);
}

TEST_F(dispatching_suspects,
       what_nobody_waits_for_holds_up_suspects_no_longer_than_a_handler_may_take) {
  deliver(1, 10, 1);
  const auto hangs = take(1);
  EXPECT_TRUE(all.forget(1));
  suspects(2, 20, 2);
  EXPECT_EQ(all.announce_alone(1), std::nullopt);
  EXPECT_EQ(all.announce_alone(msg_timeout), std::nullopt);
  EXPECT_EQ(all.announce_alone(1 + msg_timeout), 2u);
  all.begin_alone();
  finish(take(9));
  EXPECT_EQ(all.announce_alone(2 + msg_timeout), 2u) << "once is enough";
  EXPECT_EQ(hangs.size(), 1u);
}

TEST_F(dispatching_suspects, a_suspect_whose_handler_hangs_holds_nobody_up_once_it_is_late) {
  const auto suspect = suspect_of_2_before_work_of_1();
  ASSERT_EQ(suspect.size(), 1u);
  EXPECT_EQ(all.queued(0), 0u);
  const engine::begun hangs{name(suspect.front()), 1};
  std::vector<wire::begun> told_begun;
  all.begun(2, {&hangs, 1}, 1 + msg_timeout, told_begun);
  EXPECT_EQ(all.queued(0), 1u);
  suspects(2, 21);
  EXPECT_EQ(all.announce_alone(2 + msg_timeout), 2u) << "and no other suspect";
}

TEST_F(dispatching_suspects, a_suspect_that_is_called_off_in_its_workers_hands_holds_nobody_up) {
  for (const bool leaves : {false, true}) {
    const auto suspect = suspect_of_2_before_work_of_1();
    ASSERT_EQ(suspect.size(), 1u);
    const std::uint64_t tokens[] = {20};
    EXPECT_TRUE(leaves ? all.forget(2) : all.cancel(2, tokens, back));
    const auto ordinary = take(9);
    EXPECT_EQ(ordinary.size(), 1u);
    finish(ordinary);
    finish(suspect);
  }
}

TEST_F(dispatching_suspects, work_that_gets_on_is_not_held_up_for_ever_by_a_suspect) {
  deliver(1, 10, 2);
  const auto long_one = take(1);
  suspects(2, 20);
  EXPECT_EQ(all.announce_alone(1), std::nullopt);
  EXPECT_EQ(all.queued(0), 0u);
  EXPECT_EQ(all.announce_alone(1 + msg_timeout), std::nullopt);
  EXPECT_EQ(all.queued(0), 1u) << "the others go on";
  EXPECT_EQ(all.announce_alone(2 * msg_timeout), std::nullopt);
  EXPECT_EQ(all.queued(0), 1u);
  EXPECT_EQ(all.announce_alone(1 + 2 * msg_timeout), std::nullopt);
  EXPECT_EQ(all.queued(0), 0u) << "its next chance";
  finish(long_one);
  EXPECT_EQ(all.announce_alone(2 + 2 * msg_timeout), 2u);
}

} // namespace
} // namespace tempest::service
