// Back-pressure (G5) and shutdown (G9).
#include "runtime/engine/metadata.hpp"
#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

TEST(limits, room_ends_at_max_pending_messages) {
  auto settings = rig::graph({{}});
  settings.max_pending = 2;
  rig one(settings);
  EXPECT_EQ(one.heart.room(), 2u);
  one.accept(1);
  one.accept(2);
  EXPECT_EQ(one.heart.room(), 0u);
  one.succeed(one.take(0));
  EXPECT_EQ(one.heart.room(), 1u);
}

TEST(limits, what_a_worker_was_given_is_known_while_its_outputs_would_go_on) {
  rig one(rig::graph({{1}, {}}));
  one.accept(1, "first");
  one.accept(2, "other");
  const tempest_delivery given = one.take(0);
  const auto ref = delivery_ref::of(given.host_token);
  tempest_delivery seen{};
  ASSERT_TRUE(one.heart.goes_on(1, ref, seen));
  EXPECT_EQ(text(seen.payload), "first");
  EXPECT_EQ(text(seen.id), "id");
  EXPECT_EQ(seen.attempt, 1u);
  EXPECT_EQ(seen.host_token, given.host_token);
  EXPECT_FALSE(one.heart.goes_on(2, ref, seen)) << "it is with another worker";
  EXPECT_FALSE(one.heart.goes_on(1, {ref.slot, ref.generation + 1}, seen));
  EXPECT_FALSE(one.heart.goes_on(1, {99, 1}, seen)) << "made up by a peer";
  one.succeed(given, {"next"});
  EXPECT_FALSE(one.heart.goes_on(1, ref, seen)) << "it is done";
  const auto last = delivery_ref::of(one.take(0).host_token);
  one.heart.stop();
  EXPECT_FALSE(one.heart.goes_on(1, last, seen)) << "what it emits is not begun";
}

TEST(limits, what_outputs_inherit_is_known_while_their_delivery_is_awaited) {
  rig one(rig::graph({{}}));
  const metadata given{.key = {"four", 4}, .bytes = 4};
  char* at = one.writer.reserve(placed_bytes(given));
  incoming_batch batch;
  incoming& message = batch.messages.emplace_back();
  message.token = 1;
  message.home = one.writer.current();
  message.meta = place(at, given);
  batch.chunks.emplace_back(message.home);
  one.heart.accept(batch, one.now);
  one.accept(2); // without any
  const tempest_delivery with = one.take(0);
  const auto ref = delivery_ref::of(with.host_token);
  EXPECT_EQ(one.heart.inherited_bytes(ref), 4u);
  EXPECT_EQ(one.heart.inherited_bytes(delivery_ref::of(one.take(0).host_token)), 0u);
  one.succeed(with);
  EXPECT_EQ(one.heart.inherited_bytes(ref), 0u);
  EXPECT_EQ(one.heart.inherited_bytes({99, 1}), 0u) << "made up by a peer";
}

TEST(limits, over_the_bytes_only_the_deepest_queue_is_served) {
  auto settings = rig::graph({{1}, {}});
  settings.max_pending_bytes = 1;
  rig chain(settings);
  chain.accept(1);
  chain.accept(2);
  EXPECT_EQ(chain.heart.room(), 0u);
  EXPECT_EQ(chain.heart.byte_room(), 0u);
  chain.succeed(chain.take(0), {"x"}); // at least one is always served
  EXPECT_FALSE(chain.heart.serves(0));
  EXPECT_EQ(chain.take_all(0), 0u);
  chain.succeed(chain.take(1));
  EXPECT_TRUE(chain.heart.serves(0));
  EXPECT_EQ(chain.settled(), "1:ack");
}

TEST(limits, too_many_retrying_messages_stop_the_source) {
  auto settings = rig::graph({{}});
  settings.max_retrying = 1;
  rig one(settings);
  one.accept(1);
  one.report(one.take(0), outcome::failed);
  EXPECT_EQ(one.heart.room(), 0u);
  one.heart.tick(one.now + second);
  EXPECT_GT(one.heart.room(), 0u);
}

TEST(limits, a_batch_ends_at_its_bytes_but_for_the_first) {
  rig one(rig::graph({{}}));
  for (std::uint64_t token = 1; token <= 5; ++token) one.accept(token, "0123456789");
  std::vector<tempest_delivery> out;
  EXPECT_EQ(one.heart.take(0, 1, 10, out, 9), 1u); // the first, whatever its bytes
  EXPECT_EQ(one.heart.take(0, 1, 10, out, 29), 2u);
  EXPECT_EQ(one.heart.queued(0), 2u);
  EXPECT_EQ(one.heart.take(0, 1, 1, out, 20), 1u);
  EXPECT_EQ(one.heart.take(0, 1, 10, out, 10), 1u);
  EXPECT_EQ(one.heart.stats().tasks[0].inflow, 5u);
}

TEST(limits, keys_and_headers_are_bytes_of_a_message) {
  const tempest_header headers[] = {{{"name", 4}, {"value", 5}}};
  const metadata meta{{"key", 3}, headers, 1, 0};
  EXPECT_EQ(message_bytes("1234", nullptr), 4u);
  base::chunk_pool pool;
  base::chunk_writer writer(pool);
  char* at = writer.reserve(placed_bytes(meta));
  char* const begin = at;
  const metadata* const placed = place(at, meta);
  EXPECT_EQ(at - begin, static_cast<std::ptrdiff_t>(placed_bytes(meta)));
  EXPECT_EQ(message_bytes("1234", placed), 16u);

  rig one(rig::graph({{}}));
  incoming_batch batch;
  for (std::uint64_t token = 1; token <= 3; ++token) {
    incoming& made = batch.messages.emplace_back();
    made.token = token;
    made.id = "id";
    made.payload = "1234";
    made.meta = placed;
    made.deliveries = 1;
  }
  one.heart.accept(batch, one.now);
  std::vector<tempest_delivery> out;
  EXPECT_EQ(one.heart.take(0, 1, 10, out, 31), 1u);
  EXPECT_EQ(message_bytes(out[0]), 16u);
  EXPECT_EQ(one.heart.take(0, 1, 10, out, 32), 2u);
}

TEST(shutdown, what_is_not_begun_goes_back_and_what_is_begun_may_finish) {
  rig one(rig::graph({{}}));
  one.accept(1); // begun
  one.accept(2); // queued
  one.accept(3); // retrying
  const auto begun_one = one.take(0);
  const auto second_one = one.take(0);
  one.report(one.take(0), outcome::failed);
  one.report(second_one, outcome::returned);
  one.heart.stop();
  EXPECT_EQ(one.settled(), "2:return 3:return");
  EXPECT_EQ(one.heart.room(), 0u);
  one.accept(4);
  EXPECT_EQ(one.settled(), "4:return");
  one.succeed(begun_one);
  EXPECT_EQ(one.settled(), "1:ack");
}

TEST(shutdown, a_message_with_work_still_to_begin_goes_back_uncharged) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1);
  const auto root = chain.take(0);
  chain.heart.stop();
  EXPECT_EQ(chain.settled(), "");
  chain.succeed(root, {"x"});
  EXPECT_EQ(chain.settled(), "1:return");
}

TEST(shutdown, a_failure_with_attempts_left_goes_back) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto delivery = one.take(0);
  one.heart.stop();
  one.report(delivery, outcome::failed);
  EXPECT_EQ(one.settled(), "1:return");
}

TEST(shutdown, a_handed_out_delivery_that_was_not_begun_goes_back) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto delivery = one.take(0);
  one.heart.stop();
  EXPECT_TRUE(one.heart.cancellations);
  EXPECT_TRUE(one.heart.cancelled(delivery_ref::of(delivery.host_token)));
  one.report(delivery, outcome::returned);
  EXPECT_EQ(one.settled(), "1:return");
  EXPECT_EQ(one.heart.in_flight(), 0u);
}

TEST(rest, goes_on_where_nothing_was_given_back) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1); // held, and stays
  chain.accept(2); // held, and comes back unbegun while all rests
  chain.accept(3); // queued
  const auto first = chain.take(0);
  const auto second_one = chain.take(0);
  chain.heart.stop();
  chain.report(second_one, outcome::returned);
  EXPECT_EQ(chain.settled(), "3:return 2:return");
  chain.heart.resume();
  EXPECT_FALSE(chain.heart.cancelled(delivery_ref::of(first.host_token)));
  EXPECT_GT(chain.heart.room(), 0u);
  chain.succeed(first, {"x"});
  chain.succeed(chain.take(1));
  chain.accept(4);
  chain.report(chain.take(0), outcome::failed);
  chain.heart.tick(chain.now + 2 * second);
  chain.report(chain.take(0), outcome::returned); // a cancel that was on its way
  chain.succeed(chain.take(0));
  EXPECT_EQ(chain.settled(), "1:ack 4:ack");
  EXPECT_EQ(chain.heart.in_flight(), 0u);
}

TEST(called_off, names_each_useless_delivery_once_a_hand_out) {
  rig one(rig::graph({{}}));
  one.accept(1);
  const auto first = one.take(0, 7);
  std::vector<held_delivery> useless;
  one.heart.called_off(useless);
  EXPECT_TRUE(useless.empty());
  one.heart.stop();
  one.heart.called_off(useless);
  one.heart.called_off(useless);
  ASSERT_EQ(useless.size(), 1u);
  EXPECT_EQ(useless[0].worker, 7u);
  EXPECT_EQ(useless[0].delivery.token(), first.host_token);

  one.heart.resume(); // it may run on, and comes back unbegun
  one.report(first, outcome::returned, {}, 7);
  const auto second_one = one.take(0, 7);
  one.heart.withdraw(std::vector<std::uint64_t>{1});
  useless.clear();
  one.heart.called_off(useless);
  ASSERT_EQ(useless.size(), 1u);
  EXPECT_EQ(useless[0].delivery.token(), second_one.host_token);
}

TEST(rest, what_was_to_go_back_still_does) {
  rig fan(rig::graph({{1, 2}, {}, {}}));
  fan.accept(1);
  fan.succeed(fan.take(0), {"x"});
  const auto begun_one = fan.take(1); // its sibling is queued
  fan.heart.stop();
  fan.heart.resume();
  EXPECT_TRUE(fan.heart.cancelled(delivery_ref::of(begun_one.host_token)));
  fan.succeed(begun_one);
  EXPECT_EQ(fan.settled(), "1:return");
}

} // namespace
} // namespace tempest::engine
