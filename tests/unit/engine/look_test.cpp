// Where messages in flight are, seen step by step.
#include <gmock/gmock.h>

#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

using place = sighting::place;

struct looked_at : testing::Test {
  std::vector<sighting> look(std::uint32_t step = 100) {
    std::vector<sighting> all;
    look_cursor at;
    std::size_t before = 0;
    while (!one.heart.look(at, step, all)) {
      EXPECT_LE(all.size() - before, step) << "a step has its bound";
      before = all.size();
    }
    return all;
  }
  std::vector<place> places() {
    std::vector<place> made;
    for (const sighting& each : look()) made.push_back(each.where);
    return made;
  }
  rig one{rig::graph({{1}, {}}, last_action::dead_letter)};
};

TEST_F(looked_at, nothing_is_there_at_first) {
  EXPECT_THAT(look(), testing::IsEmpty());
}

TEST_F(looked_at, a_delivery_is_where_it_is) {
  one.now = 5 * second;
  one.accept(7);
  ASSERT_EQ(look().size(), 1u);
  EXPECT_EQ(look()[0].id, "id");
  EXPECT_EQ(look()[0].task, 0u);
  EXPECT_EQ(look()[0].accepted, 5 * second);
  EXPECT_EQ(look()[0].attempt, 1u);
  EXPECT_THAT(places(), testing::ElementsAre(place::queue));
  tempest_delivery given = one.take(0);
  EXPECT_THAT(places(), testing::ElementsAre(place::worker));
  EXPECT_EQ(look()[0].delivery.token(), given.host_token);
  one.report(given, outcome::failed);
  EXPECT_THAT(places(), testing::ElementsAre(place::retries));
  EXPECT_EQ(look()[0].due, one.now + second);
  EXPECT_EQ(look()[0].attempt, 2u);
  one.now += second;
  one.heart.tick(one.now);
  EXPECT_THAT(places(), testing::ElementsAre(place::queue));
  given = one.take(0);
  one.report(given, outcome::failed);
  EXPECT_THAT(places(), testing::ElementsAre(place::dead_letters));
  EXPECT_EQ(look()[0].attempt, 2u);
  one.heart.dead_lettered(one.heart.dead_letters.front().message);
  EXPECT_THAT(look(), testing::IsEmpty());
}

TEST_F(looked_at, step_by_step_all_of_them_are_seen_once) {
  for (std::uint64_t i = 0; i < 5000; ++i) one.accept(i);
  for (const std::uint32_t step : {1u, 7u, 1024u, 100'000u}) {
    EXPECT_EQ(look(step).size(), 5000u) << step;
  }
}

TEST_F(looked_at, what_comes_and_goes_meanwhile_does_no_harm) {
  for (std::uint64_t i = 0; i < 10; ++i) one.accept(i);
  std::vector<sighting> all;
  look_cursor at;
  EXPECT_FALSE(one.heart.look(at, 5, all));
  for (std::uint64_t i = 10; i < 3000; ++i) one.accept(i);
  one.take_all(0);
  one.heart.release(1, departure::orderly, one.now);
  one.heart.stop();
  EXPECT_FALSE(one.heart.look(at, 100'000, all));
  EXPECT_TRUE(one.heart.look(at, 100'000, all));
  EXPECT_EQ(all.size(), 5u) << "all others went back";
}

TEST_F(looked_at, the_oldest_is_who_was_accepted_first) {
  EXPECT_FALSE(one.heart.oldest());
  one.now = 5 * second;
  one.accept(1);
  one.now = 6 * second;
  one.accept(2);
  const tempest_delivery first = one.take(0);
  ASSERT_TRUE(one.heart.oldest());
  const oldest_message found = *one.heart.oldest();
  EXPECT_EQ(found.accepted, 5 * second);
  EXPECT_TRUE(one.heart.is_in_flight(found.message));
  one.report(first, outcome::skipped);
  EXPECT_EQ(one.settled(), "1:ack");
  EXPECT_FALSE(one.heart.is_in_flight(found.message));
  one.accept(3); // takes its place
  EXPECT_FALSE(one.heart.is_in_flight(found.message));
  EXPECT_EQ(one.heart.oldest()->accepted, 6 * second);
}

} // namespace
} // namespace tempest::engine
