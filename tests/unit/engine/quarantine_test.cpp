// Which process gets a suspect, and when (G7).
#include "runtime/engine/quarantine.hpp"

#include <map>

#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

// Processes 1, 2, ... with one worker of task 0 each, of the same number.
class with_suspects : public testing::Test {
 protected:
  // Makes that many suspects.
  void lose(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) rig_.accept(++tokens_);
    std::vector<tempest_delivery> out;
    ASSERT_EQ(rig_.heart.take(0, 99, count, out), count);
    rig_.heart.release(99, departure::lost, rig_.now);
  }
  void plan() {
    std::vector<quarantine::process> all;
    for (const auto& [process, count] : in_hand) {
      all.push_back({process, {{static_cast<worker_id>(process), 0, count}}});
    }
    apart.plan(rig_.heart, all, rig_.now, [&](std::uint64_t process, std::size_t) {
      std::vector<tempest_delivery> out;
      std::optional<delivery_ref> which;
      if (!rig_.heart.take_suspect(0, static_cast<worker_id>(process), out)) return which;
      ++in_hand[process];
      given = out.front();
      return which = delivery_ref::of(given.host_token);
    });
  }
  void done(std::uint64_t process) {
    --in_hand[process];
    rig_.report(given, outcome::succeeded, {}, static_cast<worker_id>(process));
  }

  rig rig_{rig::graph({{}})};
  std::uint64_t tokens_ = 0;

 public:
  quarantine apart{second};
  std::map<std::uint64_t, std::size_t> in_hand; // by process
  tempest_delivery given{};
};

TEST_F(with_suspects, nothing_is_to_do_without_any) {
  EXPECT_FALSE(apart.wanted(rig_.heart));
  EXPECT_TRUE(apart.open(1));
}

TEST_F(with_suspects, the_process_that_is_empty_soonest_is_set_apart_until_they_are_done) {
  lose(2);
  ASSERT_TRUE(apart.wanted(rig_.heart));
  in_hand = {{1, 5}, {2, 1}, {3, 3}};
  plan();
  EXPECT_FALSE(apart.open(2));
  EXPECT_TRUE(apart.open(1) && apart.open(3)) << "the others go on";
  EXPECT_EQ(in_hand[2], 1u) << "it is not empty yet";
  in_hand[2] = 0;
  plan();
  plan();
  EXPECT_EQ(in_hand[2], 1u) << "one at a time";
  done(2);
  plan();
  EXPECT_EQ(in_hand[2], 1u) << "then the next one";
  EXPECT_FALSE(apart.open(2));
  done(2);
  plan();
  EXPECT_TRUE(apart.open(2));
  EXPECT_FALSE(apart.wanted(rig_.heart));
}

TEST_F(with_suspects, a_process_that_goes_makes_place_for_another) {
  lose(1);
  in_hand = {{1, 1}};
  plan();
  in_hand = {{2, 0}};
  plan();
  EXPECT_EQ(in_hand[2], 1u);
}

TEST_F(with_suspects, a_process_that_does_not_get_empty_does_not_hold_them_up) {
  rig_.accept(++tokens_);
  (void)rig_.take(0, 1);
  lose(1);
  in_hand = {{1, 1}, {2, 2}};
  plan();
  rig_.now += 2 * second;
  in_hand[2] = 0;
  plan();
  EXPECT_EQ(in_hand[2], 1u);
  EXPECT_FALSE(apart.open(2));
}

TEST_F(with_suspects, what_nobody_awaits_any_more_does_not_hold_them_up) {
  rig_.accept(++tokens_);
  const begun hangs{delivery_ref::of(rig_.take(0, 1).host_token), 0};
  in_hand = {{1, 1}};
  lose(1);
  plan();
  rig_.now += 2 * second;
  plan();
  EXPECT_EQ(in_hand[1], 1u) << "it may still end well";
  rig_.now += 60 * second;
  rig_.heart.observe(1, {&hangs, 1}, rig_.now);
  plan();
  EXPECT_EQ(in_hand[1], 2u);
}

TEST_F(with_suspects, what_never_comes_back_is_waited_for_once) {
  rig_.accept(++tokens_);
  const begun hangs{delivery_ref::of(rig_.take(0, 1).host_token), 0};
  in_hand = {{1, 1}};
  lose(3);
  rig_.now += 60 * second;
  rig_.heart.observe(1, {&hangs, 1}, rig_.now);
  plan();
  rig_.now += 2 * second;
  for (int suspect = 0; suspect < 3; ++suspect) {
    plan();
    EXPECT_EQ(in_hand[1], 2u) << "the next one, at once";
    done(1);
  }
  plan();
  EXPECT_TRUE(apart.open(1));
}

TEST_F(with_suspects, those_that_are_withdrawn_leave_no_process_set_apart) {
  lose(1);
  in_hand = {{1, 1}};
  plan();
  EXPECT_FALSE(apart.open(1));
  rig_.heart.withdraw({&tokens_, 1});
  plan();
  EXPECT_TRUE(apart.open(1));
}

} // namespace
} // namespace tempest::engine
