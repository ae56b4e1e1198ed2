// Deliveries of several topologies through one process, without sockets or threads.
#include "runtime/service/dispatcher.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tempest::service {
namespace {

using engine::outcome;

struct dispatching : testing::Test {
  // Deliveries whose tokens are `first` and the ones after it.
  void deliver(std::uint64_t session, std::uint64_t first, std::size_t count,
               std::uint32_t task = 0, std::uint32_t attempt = 1, bool alone = false) {
    std::vector<tempest_delivery> rows(count);
    for (std::size_t i = 0; i < count; ++i) {
      rows[i].host_token = first + i;
      rows[i].payload = {"payload", 7};
      rows[i].id = {"id", 2};
      rows[i].attempt = attempt;
    }
    wire::deliver batch;
    batch.task = task;
    batch.alone = alone;
    batch.deliveries = rows;
    batch.frame = frame.get();
    all.deliver(session, batch);
  }
  std::vector<tempest_delivery> take(std::size_t max, std::uint32_t task = 0) {
    std::vector<tempest_delivery> taken;
    all.take(task, max, taken);
    return taken;
  }
  // In a worker's hands: token 20; 10 waits.
  std::vector<tempest_delivery> suspect_of_2_before_work_of_1() {
    deliver(2, 20, 1, 0, 1, true);
    deliver(1, 10, 1);
    EXPECT_EQ(all.announce_alone(1), 2u);
    all.begin_alone();
    return take(9);
  }
  static engine::delivery_ref name(const tempest_delivery& one) {
    return engine::delivery_ref::of(one.host_token);
  }
  void finish(std::span<const tempest_delivery> some, outcome what = outcome::succeeded,
              std::uint32_t task = 0) {
    engine::worker_report done;
    for (const tempest_delivery& one : some) {
      engine::result& result = done.results.emplace_back();
      result.delivery = name(one);
      result.what = what;
    }
    all.report(task, done, back);
    EXPECT_TRUE(done.results.empty());
  }
  // "1:5+" = session 1 was told that its 5 succeeded; "-" it came back unbegun, "!" it failed.
  std::string told() { return std::exchange(said, {}); }

  base::chunk_pool pool;
  base::chunk_ref frame = pool.get(100);
  static constexpr engine::time_ns msg_timeout = 30'000'000;
  dispatcher all{2, msg_timeout};
  std::string said;
  std::uint64_t bytes = 0;
  dispatcher::reporter back = [this](std::uint64_t session, std::uint32_t,
                                     engine::worker_report& done, std::uint64_t finished) {
    bytes += finished;
    for (const engine::result& one : done.results) {
      const char* const sign = one.what == outcome::returned    ? "-"
                               : one.what == outcome::succeeded ? "+"
                                                                : "!";
      said += std::to_string(session) + ":" + std::to_string(one.delivery.token()) + sign + " ";
    }
  };
};

TEST_F(dispatching, first_in_first_out_and_back_under_the_names_of_the_session) {
  deliver(1, 100, 3);
  deliver(1, 200, 2);
  EXPECT_EQ(all.queued(0), 5u);
  EXPECT_EQ(all.queued(1), 0u);
  const auto first = take(4);
  const auto rest = take(4);
  ASSERT_EQ(rest.size(), 1u);
  finish(rest);
  finish(first, outcome::failed);
  EXPECT_EQ(told(), "1:201+ 1:100! 1:101! 1:102! 1:200! ");
  EXPECT_EQ(bytes, 35u);
  EXPECT_EQ(all.open(), 0u);
}

TEST_F(dispatching, many_come_and_go) {
  for (std::uint64_t i = 0; i < 1000; ++i) {
    deliver(1, 10 * i, 10);
    finish(take(9));
  }
  EXPECT_EQ(all.queued(0), 1000u);
  told();
  finish(take(1000));
  EXPECT_EQ(told().rfind("1:9000+ ", 0), 0u);
}

TEST_F(dispatching, sessions_may_use_the_same_tokens) {
  deliver(1, 7, 2);
  deliver(2, 7, 2);
  const auto taken = take(4);
  finish(taken);
  EXPECT_EQ(told(), "1:7+ 1:8+ 2:7+ 2:8+ ");
}

TEST_F(dispatching, outputs_and_reasons_stay_with_their_results) {
  deliver(1, 1, 1);
  deliver(2, 2, 1);
  const auto taken = take(2);
  engine::worker_report done;
  done.outputs.resize(3);
  done.outputs[2].payload = "third";
  done.reasons = "why";
  done.results = {{name(taken[0]), outcome::rejected, 0, 0, 0, 3},
                  {name(taken[1]), outcome::succeeded, 2, 1, 3, 0}};
  std::string heard;
  all.report(0, done,
             [&](std::uint64_t session, std::uint32_t, engine::worker_report& part, std::uint64_t) {
               const engine::result& one = part.results.at(0);
               heard += std::to_string(session);
               heard += part.reasons.substr(one.reason_start, one.reason_length);
               if (one.output_count > 0) heard += part.outputs[one.first_output].payload;
             });
  EXPECT_EQ(heard, "1why2third");
}

TEST_F(dispatching, chunks_are_held_until_the_result) {
  const auto refs = [&] { return frame.get()->refs.load(); };
  deliver(1, 1, 2);
  EXPECT_EQ(refs(), 3u);
  finish(take(1));
  EXPECT_EQ(refs(), 2u);
  EXPECT_FALSE(all.forget(1));
  EXPECT_EQ(refs(), 1u);
}

TEST_F(dispatching, a_session_that_ends_takes_what_waits_along) {
  deliver(1, 1, 2);
  deliver(2, 1, 1);
  const auto taken = take(1);
  EXPECT_EQ(all.awaited(), 3u);
  EXPECT_TRUE(all.forget(1));
  EXPECT_EQ(all.queued(0), 1u);
  EXPECT_TRUE(all.useless(name(taken[0])));
  EXPECT_EQ(all.open(), 2u);
  EXPECT_EQ(all.awaited(), 1u);
  finish(taken); // late: told to nobody
  finish(take(5));
  EXPECT_EQ(told(), "2:1+ ");
  EXPECT_EQ(all.open(), 0u);
}

TEST_F(dispatching, a_later_session_inherits_nothing) {
  deliver(1, 1, 1);
  const auto old = take(1);
  EXPECT_TRUE(all.forget(1));
  finish(old);
  deliver(3, 1, 1); // in the same slot
  finish(old);
  EXPECT_EQ(told(), "");
  EXPECT_EQ(all.open(), 1u);
  finish(take(1));
  EXPECT_EQ(told(), "3:1+ ");
}

TEST_F(dispatching, a_result_counts_once) {
  deliver(1, 1, 1);
  const auto taken = take(1);
  finish(taken);
  finish(taken);
  EXPECT_EQ(told(), "1:1+ ");
  EXPECT_EQ(all.stats()[0].inflow, 1u);
}

TEST_F(dispatching, what_is_cancelled_comes_back_unless_a_worker_has_it) {
  deliver(1, 1, 3);
  deliver(2, 1, 3);
  const auto taken = take(1);
  const std::uint64_t tokens[] = {1, 3, 99};
  EXPECT_TRUE(all.cancel(1, tokens, back));
  EXPECT_EQ(told(), "1:3- ");
  EXPECT_TRUE(all.useless(name(taken[0])));
  const auto rest = take(9);
  ASSERT_EQ(rest.size(), 4u);
  for (const auto& one : rest) EXPECT_FALSE(all.useless(name(one)));
  finish(taken, outcome::returned);
  EXPECT_EQ(told(), "1:1- ");
  EXPECT_FALSE(all.cancel(1, tokens, back));
  EXPECT_EQ(told(), "");
}

TEST_F(dispatching, a_slot_is_not_cancelled_for_its_next_delivery) {
  deliver(1, 1, 1);
  const auto taken = take(1);
  const std::uint64_t tokens[] = {1};
  EXPECT_TRUE(all.cancel(1, tokens, back));
  finish(taken);
  deliver(1, 2, 1);
  EXPECT_FALSE(all.useless(name(take(1)[0])));
}

TEST_F(dispatching, at_the_end_all_that_waits_goes_back) {
  deliver(1, 1, 2);
  deliver(2, 5, 1, 1);
  const auto taken = take(1);
  all.give_back_all(back);
  EXPECT_EQ(told(), "1:2- 2:5- ");
  EXPECT_EQ(all.open(), 1u);
  finish(taken);
  EXPECT_EQ(told(), "1:1+ ");
}

TEST_F(dispatching, what_is_begun_is_told_to_its_session_with_its_age) {
  deliver(1, 4, 1);
  deliver(2, 4, 1, 1);
  const auto one = take(1);
  const auto other = take(1, 1);
  const engine::begun running[] = {{name(one[0]), 1'000'000'000}, {name(other[0]), 0}};
  std::vector<wire::begun> heard;
  all.begun(2, running, 3'500'000'000, heard);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].token, 4u);
  EXPECT_EQ(heard[0].task, 1u);
  EXPECT_EQ(heard[0].age_ms, 3500u);
  all.begun(1, running, 3'500'000'000, heard);
  EXPECT_EQ(heard.back().age_ms, 2500u);
  EXPECT_EQ(all.message_id(name(one[0])), "id");
  finish(one);
  heard.clear();
  all.begun(1, running, 3'500'000'000, heard); // seen before it finished
  EXPECT_TRUE(heard.empty());
  EXPECT_EQ(all.message_id(name(one[0])), "");
}

TEST_F(dispatching, what_its_topology_finds_timed_out_is_counted_once) {
  deliver(1, 1, 2, 0, 2);
  const auto two = take(2);
  const engine::begun running[] = {{name(two[0]), 0}, {name(two[1]), 1}};
  std::vector<wire::begun> heard;
  const auto counts = [&]() -> const engine::task_statistics& { return all.stats()[0]; };
  all.begun(1, running, msg_timeout - 1, heard);
  EXPECT_EQ(counts().timed_out, 0u) << "its topology hears of 29 ms, and waits still";
  all.begun(1, running, msg_timeout, heard);
  all.begun(1, running, msg_timeout, heard);
  EXPECT_EQ(counts().timed_out, 1u);
  EXPECT_EQ(all.awaited(), 1u);
  EXPECT_EQ(counts().errors, 1u);
  finish(two);
  EXPECT_EQ(counts().inflow, 2u);
  EXPECT_EQ(counts().handled, 1u) << "the late result counts nothing";
  EXPECT_EQ(counts().errors, 1u);
  EXPECT_EQ(counts().retries, 2u);

  deliver(1, 3, 1); // in the same slot
  finish(take(1), outcome::timed_out);
  EXPECT_EQ(counts().timed_out, 2u) << "given up here (handler_limit)";
}

TEST_F(dispatching, counts_what_was_begun) {
  deliver(1, 1, 5);
  deliver(1, 6, 1, 0, 2);
  const auto taken = take(6);
  const std::span some(taken);
  finish(some.subspan(0, 1), outcome::succeeded);
  finish(some.subspan(1, 1), outcome::skipped);
  finish(some.subspan(2, 1), outcome::rejected);
  finish(some.subspan(3, 1), outcome::returned);
  EXPECT_TRUE(all.forget(1));
  finish(some.subspan(4, 2), outcome::failed);
  const engine::task_statistics& stats = all.stats()[0];
  EXPECT_EQ(stats.inflow, 5u);
  EXPECT_EQ(stats.handled, 1u);
  EXPECT_EQ(stats.skipped, 1u);
  EXPECT_EQ(stats.errors, 3u);
  EXPECT_EQ(stats.retries, 1u);
  EXPECT_EQ(all.stats()[1].inflow, 0u);
}

TEST_F(dispatching, what_is_taken_from_a_hanging_worker_is_told_at_once_and_its_bytes_stay) {
  const auto refs = [&] { return frame.get()->refs.load(); };
  deliver(1, 1, 3);
  const auto taken = take(3);
  engine::worker_report away;
  away.results = {{name(taken[0]), outcome::failed}, {name(taken[1]), outcome::returned}};
  all.take_away(0, away, back);
  EXPECT_EQ(told(), "1:1! 1:2- ");
  EXPECT_EQ(refs(), 4u) << "the worker may still read them";
  EXPECT_EQ(all.open(), 1u);
  EXPECT_TRUE(all.useless(name(taken[1])));
  EXPECT_FALSE(all.forget(9));
  away.results = {{name(taken[0]), outcome::failed}};
  all.take_away(0, away, back);           // once is enough
  finish(std::span(taken).subspan(0, 1)); // late
  finish(std::span(taken).subspan(2, 1));
  EXPECT_EQ(told(), "1:3+ ");
  EXPECT_EQ(refs(), 2u);
  const engine::delivery_ref gone[] = {name(taken[0]), name(taken[1])};
  all.let_go(gone);
  EXPECT_EQ(refs(), 1u);
  EXPECT_EQ(all.open(), 0u);
  EXPECT_EQ(all.stats()[0].inflow, 2u);
  EXPECT_EQ(all.stats()[0].handled, 1u);
}

// What another topology has in this process would be lost with it, and the other way round.
TEST_F(dispatching, a_suspect_waits_until_workers_have_nothing_of_anybody) {
  deliver(1, 10, 2);
  const auto ordinary = take(1);
  deliver(2, 20, 1, 1, 1, true);
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
  deliver(1, 12, 1, 0, 1, true);
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

TEST_F(dispatching, a_suspect_that_goes_back_or_hangs_holds_nobody_up) {
  deliver(1, 10, 1);
  deliver(2, 20, 1, 0, 1, true);
  EXPECT_EQ(all.announce_alone(1), 2u);
  const std::uint64_t tokens[] = {20};
  EXPECT_FALSE(all.cancel(2, tokens, back));
  EXPECT_EQ(told(), "2:20- ");
  all.begin_alone();
  EXPECT_EQ(all.queued(0), 1u);
  deliver(2, 21, 1, 0, 1, true);
  EXPECT_EQ(all.announce_alone(2), 2u);
  EXPECT_FALSE(all.forget(2));
  EXPECT_EQ(all.queued(0), 1u);
  deliver(3, 30, 1, 0, 1, true);
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

TEST_F(dispatching, what_nobody_waits_for_holds_up_suspects_no_longer_than_a_handler_may_take) {
  deliver(1, 10, 1);
  const auto hangs = take(1);
  EXPECT_TRUE(all.forget(1));
  deliver(2, 20, 2, 0, 1, true);
  EXPECT_EQ(all.announce_alone(1), std::nullopt);
  EXPECT_EQ(all.announce_alone(msg_timeout), std::nullopt);
  EXPECT_EQ(all.announce_alone(1 + msg_timeout), 2u);
  all.begin_alone();
  finish(take(9));
  EXPECT_EQ(all.announce_alone(2 + msg_timeout), 2u) << "once is enough";
  EXPECT_EQ(hangs.size(), 1u);
}

TEST_F(dispatching, a_suspect_whose_handler_hangs_holds_nobody_up_once_it_is_late) {
  const auto suspect = suspect_of_2_before_work_of_1();
  ASSERT_EQ(suspect.size(), 1u);
  EXPECT_EQ(all.queued(0), 0u);
  const engine::begun hangs{name(suspect.front()), 1};
  std::vector<wire::begun> told_begun;
  all.begun(2, {&hangs, 1}, 1 + msg_timeout, told_begun);
  EXPECT_EQ(all.queued(0), 1u);
  deliver(2, 21, 1, 0, 1, true);
  EXPECT_EQ(all.announce_alone(2 + msg_timeout), 2u) << "and no other suspect";
}

TEST_F(dispatching, a_suspect_that_is_called_off_in_its_workers_hands_holds_nobody_up) {
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

TEST_F(dispatching, work_that_gets_on_is_not_held_up_for_ever_by_a_suspect) {
  deliver(1, 10, 2);
  const auto long_one = take(1);
  deliver(2, 20, 1, 0, 1, true);
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

TEST_F(dispatching, what_waits_for_one_task_can_go_back) {
  deliver(1, 1, 2);
  deliver(1, 7, 1, 1);
  all.give_back_task(0, back);
  EXPECT_EQ(told(), "1:1- 1:2- ");
  EXPECT_EQ(all.queued(1), 1u);
}

} // namespace
} // namespace tempest::service
