// How messages run through the graph and are acknowledged (G1, G3).
#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

TEST(flow, a_message_is_acknowledged_when_its_only_task_is_done) {
  rig one(rig::graph({{}}));
  one.accept(7);
  const auto delivery = one.take(0);
  EXPECT_EQ(text(delivery.payload), "payload");
  EXPECT_EQ(delivery.attempt, 1u);
  EXPECT_EQ(one.settled(), "");
  one.succeed(delivery);
  EXPECT_EQ(one.settled(), "7:ack");
  EXPECT_EQ(one.heart.in_flight(), 0u);
  EXPECT_EQ(one.heart.bytes(), 0u);
}

TEST(flow, children_are_owed_before_their_parent_is_done) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1);
  chain.succeed(chain.take(0), {"a", "b"});
  EXPECT_EQ(chain.settled(), "");
  const auto first = chain.take(1);
  const auto second = chain.take(1);
  EXPECT_EQ(text(first.payload), "a");
  EXPECT_EQ(first.path_length, 1u);
  EXPECT_EQ(second.path[0], 1u);
  chain.succeed(first);
  EXPECT_EQ(chain.settled(), "");
  chain.succeed(second);
  EXPECT_EQ(chain.settled(), "1:ack");
}

TEST(flow, every_output_goes_to_every_child_and_a_join_takes_both_branches) {
  rig diamond(rig::graph({{1, 2}, {3}, {3}, {}}));
  diamond.accept(1);
  diamond.succeed(diamond.take(0), {"x"});
  diamond.succeed(diamond.take(1), {"p", "q"});
  diamond.succeed(diamond.take(2)); // nothing follows here
  EXPECT_EQ(diamond.settled(), "");
  EXPECT_EQ(diamond.heart.queued(3), 2u);
  const auto last = diamond.take(3);
  EXPECT_EQ(last.path_length, 2u);
  diamond.succeed(last);
  diamond.succeed(diamond.take(3));
  EXPECT_EQ(diamond.settled(), "1:ack");
  EXPECT_EQ(diamond.heart.stats().tasks[1].outflow, 2u);
}

TEST(flow, a_skipped_delivery_is_done_and_nothing_follows) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1);
  chain.report(chain.take(0), outcome::skipped);
  EXPECT_EQ(chain.settled(), "1:ack");
  EXPECT_EQ(chain.heart.stats().tasks[0].skipped, 1u);
}

TEST(flow, a_forwarded_input_is_not_copied) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1, "whole");
  const auto delivery = chain.take(0);
  worker_report done;
  result one;
  one.delivery = delivery_ref::of(delivery.host_token);
  one.output_count = 1;
  output same;
  same.forwards = true;
  done.outputs.push_back(same);
  done.results.push_back(one);
  chain.heart.report(1, done, chain.now);
  const auto next = chain.take(1);
  EXPECT_EQ(next.payload.data, delivery.payload.data);
}

TEST(flow, a_report_counts_once_and_only_from_who_holds_it) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto delivery = one.take(0, 1);
  one.report(delivery, outcome::succeeded, {}, 2); // forged
  EXPECT_EQ(one.settled(), "");
  one.succeed(delivery);
  one.succeed(delivery); // duplicate
  EXPECT_EQ(one.settled(), "1:ack");
  auto forged = delivery;
  forged.host_token = delivery_ref{4711, 1}.token();
  one.succeed(forged);
  EXPECT_EQ(one.heart.stats().late_reports, 3u);
}

TEST(flow, a_worker_that_is_gone_gives_back_what_it_held) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto lost = one.take(0, 1);
  one.heart.release(1, departure::orderly, one.now);
  const auto again = one.take(0, 2);
  EXPECT_EQ(again.attempt, 1u);
  one.succeed(lost); // late
  EXPECT_EQ(one.settled(), "");
  one.report(again, outcome::succeeded, {}, 2);
  EXPECT_EQ(one.settled(), "1:ack");
}

TEST(flow, what_comes_back_unbegun_is_handed_out_again_uncharged) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto first = one.take(0);
  one.report(first, outcome::returned);
  EXPECT_EQ(one.heart.stats().tasks[0].inflow, 0u);
  const auto again = one.take(0);
  EXPECT_EQ(again.attempt, 1u);
  one.succeed(first); // from before it came back: late, although the same worker holds it
  EXPECT_EQ(one.settled(), "");
  one.succeed(again);
  EXPECT_EQ(one.settled(), "1:ack");
}

TEST(flow, withdrawn_messages_are_forgotten_without_a_settlement) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1);
  chain.accept(2);
  const auto held = chain.take(0);
  const std::uint64_t tokens[] = {1, 2, 99};
  chain.heart.withdraw(tokens);
  EXPECT_EQ(chain.heart.in_flight(), 0u);
  EXPECT_EQ(chain.heart.queued(0), 0u);
  EXPECT_TRUE(chain.heart.cancellations);
  EXPECT_TRUE(chain.heart.cancelled(delivery_ref::of(held.host_token)));
  EXPECT_EQ(text(held.payload), "payload"); // its bytes stay while a worker reads them
  chain.succeed(held, {"late"});
  EXPECT_EQ(chain.settled(), "");
  EXPECT_EQ(chain.heart.bytes(), 0u);
  EXPECT_EQ(chain.heart.deliveries(), 0u);
}

TEST(flow, the_id_of_a_message_lives_as_long_as_a_worker_reads_it) {
  rig chain(rig::graph({{1}, {}}));
  const std::string large(1'000'000, 'x'); // a chunk of its own, with the id
  chain.accept(1, large);
  chain.succeed(chain.take(0), {"small"});
  const auto held = chain.take(1);
  const std::uint64_t tokens[] = {1};
  chain.heart.withdraw(tokens);
  EXPECT_GT(chain.heart.bytes(), large.size());
  chain.succeed(held);
  EXPECT_EQ(chain.heart.bytes(), 0u);
}

// Its bytes are being read by whoever writes the letter, so they stay until that answer.
TEST(flow, a_message_withdrawn_while_its_dead_letter_is_written_keeps_its_bytes) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.accept(1);
  one.report(one.take(0), outcome::rejected);
  ASSERT_EQ(one.heart.dead_letters.size(), 1u);
  const dead_letter letter = one.heart.dead_letters.front();
  const std::uint64_t tokens[] = {1};
  one.heart.withdraw(tokens);
  EXPECT_EQ(letter.payload, "payload");
  EXPECT_GT(one.heart.bytes(), 0u);
  one.heart.dead_lettered(letter.message);
  EXPECT_EQ(one.settled(), "");
  EXPECT_EQ(one.heart.bytes(), 0u);
  EXPECT_EQ(one.heart.in_flight(), 0u);
}

TEST(flow, open_messages_are_listed_for_their_leases) {
  rig one(rig::graph({{}}));
  one.accept(1);
  one.accept(2);
  one.succeed(one.take(0));
  std::vector<std::uint64_t> open;
  one.heart.open_tokens(open);
  EXPECT_EQ(open, std::vector<std::uint64_t>{2});
}

// The letter may wait long; but a source does not know what it has lost.
TEST(flow, a_message_whose_dead_letter_waits_is_open_until_its_source_loses_it) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.accept(1);
  one.report(one.take(0), outcome::rejected);
  std::vector<std::uint64_t> open;
  one.heart.open_tokens(open);
  EXPECT_EQ(open, std::vector<std::uint64_t>{1});
  one.heart.withdraw(open);
  open.clear();
  one.heart.open_tokens(open);
  EXPECT_TRUE(open.empty());
}

} // namespace
} // namespace tempest::engine
