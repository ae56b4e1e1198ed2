// Who asks is answered soon, and many who ask cost little.
#include "runtime/service/run_questions.hpp"

#include <gtest/gtest.h>

#include "runtime/base/doorbell.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t ms = 1'000'000;

struct asked : testing::Test {
  bool ask() {
    return questions.ask_status([](const auto&) {});
  }
  base::doorbell bell;
  run_questions questions{bell};
};

TEST_F(asked, nobody_waits_at_first) {
  EXPECT_FALSE(questions.due(1000 * ms));
  EXPECT_EQ(questions.next_due_ns(), std::nullopt);
}

TEST_F(asked, the_first_is_answered_at_once_and_wakes_the_run) {
  EXPECT_TRUE(ask());
  EXPECT_TRUE(bell.wait(0)) << "the run sleeps";
  EXPECT_TRUE(questions.due(1000 * ms));
  EXPECT_EQ(questions.take(1000 * ms).size(), 1u);
  EXPECT_FALSE(questions.due(1000 * ms));
}

TEST_F(asked, those_that_follow_are_answered_together) {
  ask();
  (void)questions.take(1000 * ms);
  ask();
  ask();
  EXPECT_FALSE(questions.due(1010 * ms));
  EXPECT_EQ(questions.next_due_ns(), 1020 * ms);
  EXPECT_TRUE(questions.due(1020 * ms));
  EXPECT_EQ(questions.take(1020 * ms).size(), 2u);
}

TEST_F(asked, what_is_in_flight_waits_for_a_walk) {
  EXPECT_TRUE(questions.ask_in_flight({}, [](auto) {}));
  EXPECT_TRUE(bell.wait(0));
  EXPECT_FALSE(questions.due(1000 * ms)) << "the others do not";
  EXPECT_TRUE(questions.walk_due());
  EXPECT_EQ(questions.take_walk().size(), 1u);
  EXPECT_FALSE(questions.walk_due());
}

TEST_F(asked, no_more_than_a_few_wait) {
  int heard = 0;
  for (int i = 0; i < 1000; ++i) heard += ask() ? 1 : 0;
  EXPECT_EQ(heard, 64);
  EXPECT_EQ(questions.take(0).size(), 64u);
  EXPECT_TRUE(ask());
}

} // namespace
} // namespace tempest::service
