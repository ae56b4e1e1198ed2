// Deliveries of several topologies through one process, without sockets or threads.
#include "tests/unit/service/dispatching.hpp"

namespace tempest::service {
namespace {

using engine::outcome;

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

TEST_F(dispatching, what_waits_for_one_task_can_go_back) {
  deliver(1, 1, 2);
  deliver(1, 7, 1, 1);
  all.give_back_task(0, back);
  EXPECT_EQ(told(), "1:1- 1:2- ");
  EXPECT_EQ(all.queued(1), 1u);
}

} // namespace
} // namespace tempest::service
