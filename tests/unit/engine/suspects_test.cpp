// What was in hand when a process was lost is handled alone (G7): poison leaves, and nothing else
// is charged for it.
#include "runtime/engine/message_hash.hpp"
#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

void lose(rig& of, worker_id worker = 1) {
  of.heart.release(worker, departure::lost, of.now);
}

// One suspect; fails the test when there is none.
tempest_delivery hand_out_alone(rig& of, task_id task = 0, worker_id worker = 1) {
  std::vector<tempest_delivery> out;
  EXPECT_TRUE(of.heart.take_suspect(task, worker, out)) << "task " << task;
  return out.empty() ? tempest_delivery{} : out.front();
}

// The same, and the worker has begun it.
tempest_delivery take_alone(rig& of, task_id task = 0, worker_id worker = 1) {
  const tempest_delivery given = hand_out_alone(of, task, worker);
  const begun now{delivery_ref::of(given.host_token), of.now};
  of.heart.observe(worker, {&now, 1}, of.now);
  return given;
}

TEST(suspects, what_a_lost_worker_held_is_suspect_and_not_charged) {
  rig one(rig::graph({{}}));
  for (const std::uint64_t token : {1u, 2u, 3u}) one.accept(token);
  (void)one.take(0);
  (void)one.take(0);
  lose(one);
  EXPECT_EQ(one.heart.suspects(0), 2u);
  EXPECT_EQ(one.heart.queued(0), 1u) << "what nobody held is not";
  EXPECT_EQ(one.take_all(0), 1u) << "the others go out without suspects";
  EXPECT_EQ(take_alone(one).attempt, 1u);
  EXPECT_EQ(one.heart.stats().tasks[0].errors, 0u);
}

TEST(suspects, one_that_said_good_bye_leaves_none) {
  rig one(rig::graph({{}}));
  one.accept(1);
  (void)one.take(0);
  one.heart.release(1, departure::orderly, one.now);
  EXPECT_EQ(one.heart.suspects(0), 0u);
  EXPECT_EQ(one.heart.queued(0), 1u);
}

TEST(suspects, a_loss_while_alone_is_an_attempt_and_the_last_one_ends_it) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.accept(1, "poison");
  (void)one.take(0);
  lose(one);
  (void)take_alone(one);
  lose(one);
  EXPECT_EQ(one.heart.suspects(0), 0u) << "it waits for its next attempt, as any other";
  one.heart.tick(one.now + second);
  EXPECT_EQ(one.heart.queued(0), 0u) << "it is still suspect";
  EXPECT_EQ(take_alone(one).attempt, 2u);
  lose(one);
  ASSERT_EQ(one.heart.dead_letters.size(), 1u);
  const dead_letter& letter = one.heart.dead_letters.front();
  EXPECT_EQ(letter.reason, lost_alone);
  EXPECT_EQ(letter.attempts, 2u);
  EXPECT_EQ(letter.payload, "poison");
}

TEST(suspects, a_loss_before_it_was_begun_is_none_of_its_doing) {
  rig one(rig::graph({{}}));
  one.accept(1);
  (void)one.take(0);
  lose(one);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(hand_out_alone(one).attempt, 1u);
    lose(one);
    EXPECT_EQ(one.heart.suspects(0), 1u) << "it is one still";
  }
  EXPECT_EQ(one.heart.stats().tasks[0].errors, 0u);
  (void)take_alone(one);
  lose(one);
  EXPECT_EQ(one.heart.stats().tasks[0].errors, 1u);
}

TEST(suspects, one_that_kills_whoever_receives_it_ends_all_the_same) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.accept(1, "huge");
  (void)one.take(0);
  lose(one);
  int losses = 0;
  while (one.heart.dead_letters.empty() && losses < 1'000) {
    std::vector<tempest_delivery> out;
    if (one.heart.take_suspect(0, 1, out)) {
      lose(one);
      ++losses;
    } else {
      one.now += second;
      one.heart.tick(one.now);
    }
  }
  EXPECT_EQ(losses, 2 * most_unheard) << "two attempts";
}

TEST(suspects, those_that_are_here_are_known_with_what_they_are_charged) {
  rig one(rig::graph({{}}));
  one.accept(1);
  one.accept(2);
  (void)one.take(0);
  std::vector<suspicion> here;
  one.heart.suspects_here(here);
  EXPECT_TRUE(here.empty());
  EXPECT_FALSE(one.heart.has_suspects());
  lose(one);
  EXPECT_TRUE(one.heart.has_suspects());
  one.heart.suspects_here(here);
  ASSERT_EQ(here.size(), 1u);
  EXPECT_EQ(here.front().charged, 0u);
  (void)take_alone(one);
  lose(one);
  here.clear();
  one.heart.suspects_here(here);
  ASSERT_EQ(here.size(), 1u) << "it waits for its next attempt";
  EXPECT_EQ(here.front().charged, 1u);
}

TEST(suspects, whatever_ends_alone_is_innocent_and_so_are_its_children) {
  rig chain(rig::graph({{1}, {}}));
  chain.accept(1);
  chain.accept(2);
  (void)chain.take_all(0);
  lose(chain);
  chain.succeed(take_alone(chain), {"x"});
  chain.report(take_alone(chain), outcome::failed);
  EXPECT_EQ(chain.heart.queued(1), 1u);
  EXPECT_EQ(chain.heart.suspects(1), 0u);
  chain.heart.tick(chain.now + second);
  EXPECT_EQ(chain.heart.queued(0), 1u) << "a failure is no crash";
  EXPECT_EQ(chain.heart.suspects(0), 0u);
}

TEST(suspects, one_that_comes_back_unbegun_is_still_one) {
  rig one(rig::graph({{}}));
  one.accept(1);
  (void)one.take(0);
  lose(one);
  one.report(take_alone(one), outcome::returned);
  EXPECT_EQ(one.heart.suspects(0), 1u);
  EXPECT_EQ(one.heart.queued(0), 0u);
}

TEST(suspects, one_that_timed_out_alone_is_charged_once) {
  rig one(rig::graph({{}}));
  one.accept(1);
  (void)one.take(0);
  lose(one);
  const begun slow{delivery_ref::of(take_alone(one).host_token), 0};
  one.now += 60 * second;
  one.heart.observe(1, {&slow, 1}, one.now);
  EXPECT_FALSE(one.heart.awaits(slow.delivery));
  lose(one);
  EXPECT_EQ(one.heart.stats().tasks[0].errors, 1u);
}

TEST(suspects, over_the_bytes_they_wait_for_deeper_work_and_it_for_them) {
  engine_settings settings = rig::graph({{1}, {}});
  settings.max_pending_bytes = 1;
  rig chain(std::move(settings));
  chain.accept(1);
  chain.accept(2);
  chain.succeed(chain.take(0), {"deep"});
  (void)chain.take(1);
  lose(chain);
  EXPECT_FALSE(chain.heart.serves(0));
  ASSERT_TRUE(chain.heart.serves_suspects(1));
  (void)take_alone(chain, 1);
  EXPECT_TRUE(chain.heart.serves(0)) << "the deeper queue is empty";
}

TEST(suspects, one_that_went_back_to_its_source_is_one_when_it_comes_again) {
  engine_settings settings = rig::graph({{}});
  settings.tasks[0].policy.attempts = 3;
  rig one(std::move(settings));
  one.accept(1);
  (void)one.take(0);
  lose(one);
  (void)take_alone(one);
  lose(one);
  one.heart.stop();
  EXPECT_EQ(one.settled(), "1:return");
  one.heart.resume();
  one.accept(2);
  EXPECT_EQ(take_alone(one).attempt, 2u);
}

TEST(suspects, what_an_earlier_life_knew_is_charged) {
  engine_settings settings = rig::graph({{1}, {}}, last_action::dead_letter);
  settings.tasks[1].policy.attempts = 3;
  settings.keeps_failures = true;
  rig chain(std::move(settings));
  chain.heart.suspect({hash_of("id"), 1, 1});
  chain.accept(1);
  EXPECT_EQ(chain.failures(), "1:1");
  chain.succeed(chain.take(0), {"x"});
  const auto alone = take_alone(chain, 1);
  EXPECT_EQ(alone.attempt, 2u);
  chain.succeed(alone);
  EXPECT_EQ(chain.settled(), "1:ack");
  chain.accept(2);
  chain.succeed(chain.take(0), {"x"});
  EXPECT_EQ(chain.heart.suspects(1), 0u) << "that one ended well";
}

TEST(suspects, what_used_up_its_attempts_in_an_earlier_life_is_not_begun) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  one.heart.suspect({hash_of("id"), 0, 1}); // known twice: the larger one counts
  one.heart.suspect({hash_of("id"), 0, 2});
  one.accept(1, "poison");
  EXPECT_EQ(one.heart.suspects(0) + one.heart.queued(0), 0u);
  ASSERT_EQ(one.heart.dead_letters.size(), 1u);
  EXPECT_EQ(one.heart.dead_letters.front().attempts, 2u);
  EXPECT_EQ(one.heart.dead_letters.front().reason, lost_alone);
}

// For whoever remembers it until the source knows.
TEST(suspects, the_end_of_one_that_was_charged_is_told_with_what_was_known) {
  engine_settings settings = rig::graph({{}});
  settings.tasks[0].policy.attempts = 3;
  rig one(std::move(settings));
  one.heart.suspect({hash_of("id"), 0, 0});
  one.accept(1);
  one.succeed(take_alone(one));
  EXPECT_TRUE(one.heart.ended_suspects.empty()) << "it was charged nothing";
  one.heart.suspect({hash_of("id"), 0, 1});
  one.accept(2);
  one.report(take_alone(one), outcome::returned);
  EXPECT_TRUE(one.heart.ended_suspects.empty()) << "that was no end";
  one.succeed(take_alone(one));
  ASSERT_EQ(one.heart.ended_suspects.size(), 1u);
  EXPECT_EQ(one.heart.ended_suspects[0].token, 2u);
  EXPECT_EQ(one.heart.ended_suspects[0].message, hash_of("id"));
  EXPECT_EQ(one.heart.ended_suspects[0].known, (suspicions::by_task{{0, 1}}));
  EXPECT_FALSE(one.heart.suspected().any());
}

TEST(suspects, their_dead_letters_are_counted_while_they_are_on_their_way) {
  rig one(rig::graph({{}}, last_action::dead_letter));
  for (const bool is_written : {false, true}) {
    one.heart.suspect({hash_of("id"), 0, 2});
    one.accept(1);
    EXPECT_EQ(one.heart.letters_of_suspects(), 1u);
    ASSERT_EQ(one.heart.dead_letters.size(), 1u);
    const message_ref message = one.heart.dead_letters.front().message;
    is_written ? one.heart.dead_lettered(message) : one.heart.return_dead_letter(message);
    EXPECT_EQ(one.heart.letters_of_suspects(), 0u);
    EXPECT_EQ(one.heart.ended_suspects.size(), is_written ? 1u : 0u);
    one.heart.dead_letters.clear();
  }
}

} // namespace
} // namespace tempest::engine
