// How old the oldest message in flight is, found by few looks at all of them.
#include "runtime/service/oldest_age.hpp"

#include "tests/unit/engine/rig.hpp"

namespace tempest::service {
namespace {

using engine::second;

struct an_oldest_age : testing::Test {
  std::int64_t look() {
    age.look(one.heart, one.now);
    return age.ns();
  }

  engine::rig one{engine::rig::graph({{}})};
  oldest_age age;
};

TEST_F(an_oldest_age, is_0_without_any) {
  EXPECT_EQ(look(), 0);
}

TEST_F(an_oldest_age, grows_while_that_one_is_in_flight) {
  one.accept(1);
  EXPECT_EQ(look(), 0);
  one.now += second / 10;
  one.accept(2);
  EXPECT_EQ(look(), second / 10);
  one.now += second / 10;
  EXPECT_EQ(look(), second / 5);
}

TEST_F(an_oldest_age, is_looked_for_once_a_second) {
  one.accept(1);
  const tempest_delivery first = one.take(0);
  one.now += second / 2;
  one.accept(2);
  EXPECT_EQ(look(), second / 2);
  one.succeed(first);
  one.now += second / 4;
  EXPECT_EQ(look(), second / 2) << "as it was, though who is left is younger";
  one.now += second * 3 / 4;
  EXPECT_EQ(look(), second) << "of the second one";
}

TEST_F(an_oldest_age, is_0_at_once_when_all_have_ended) {
  one.accept(1);
  one.now += second / 2;
  EXPECT_EQ(look(), second / 2);
  one.succeed(one.take(0));
  EXPECT_EQ(look(), 0);
}

TEST_F(an_oldest_age, is_not_that_of_who_took_the_place) {
  one.accept(1);
  EXPECT_EQ(look(), 0);
  one.succeed(one.take(0));
  one.now += 2 * second;
  one.accept(2);
  EXPECT_EQ(look(), 0);
}

} // namespace
} // namespace tempest::service
