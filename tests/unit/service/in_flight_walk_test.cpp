// What is in flight, as seen in small steps: the oldest of all, in order.
#include "runtime/service/in_flight_walk.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <optional>

#include "tests/unit/engine/rig.hpp"

namespace tempest::service {
namespace {

using engine::second;
using state = admin::in_flight_row::state;

struct a_walk : testing::Test {
  in_flight_question question(std::int64_t older_than_ns, std::size_t limit) {
    return {{older_than_ns, limit},
            [this](admin::in_flight_list seen) { told.push_back(std::move(seen)); }};
  }
  // Returns after how many steps.
  int walk(std::vector<in_flight_question> asked, std::vector<engine::begun> begun = {}) {
    in_flight_walk made(std::move(asked), std::move(begun), "shop", {"split", "store"}, one.now);
    int steps = 1;
    while (!made.step(one.heart)) ++steps;
    return steps;
  }

  engine::rig one{engine::rig::graph({{1}, {}})};
  std::vector<admin::in_flight_list> told;
};

TEST_F(a_walk, finds_the_oldest_of_all) {
  for (int i = 0; i < 3000; ++i) {
    one.now += second;
    one.accept(static_cast<std::uint64_t>(i));
  }
  const int steps =
      walk({question(0, 3), question(1000 * second, 1000), question(5000 * second, 5)});
  EXPECT_GT(steps, 2) << "it has a bound, however many ask";
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].topology, "shop");
  EXPECT_EQ(told[0].matching, 3000u);
  ASSERT_EQ(told[0].rows.size(), 3u);
  EXPECT_EQ(told[0].rows[0].age_s, 2999);
  EXPECT_EQ(told[0].rows[2].age_s, 2997);
  EXPECT_EQ(told[1].matching, 2000u);
  EXPECT_EQ(told[1].rows.size(), 1000u);
  EXPECT_EQ(told[2].matching, 0u);
}

TEST_F(a_walk, finds_the_oldest_wherever_they_are) {
  one.accept(1);
  one.now += second;
  one.accept(2);
  one.succeed(one.take(0)); // the first, whose place the next one takes
  one.now += second;
  one.accept(3);
  walk({question(0, 1)});
  ASSERT_EQ(told[0].rows.size(), 1u);
  EXPECT_EQ(told[0].rows[0].age_s, 1);
  EXPECT_EQ(told[0].matching, 2u);
}

TEST_F(a_walk, says_what_each_waits_for) {
  one.accept(1);
  one.accept(2);
  one.accept(3);
  const auto given = one.take(0);
  const auto begun = one.take(0);
  one.now += second;
  walk({question(0, 10)}, {{engine::delivery_ref::of(begun.host_token), one.now - second / 2}});
  ASSERT_EQ(told[0].rows.size(), 3u);
  std::vector<state> states;
  for (const auto& row : told[0].rows) {
    states.push_back(row.now);
    EXPECT_EQ(row.handling_s, row.now == state::handling ? std::optional(0.5) : std::nullopt);
  }
  EXPECT_THAT(states,
              testing::UnorderedElementsAre(state::waiting, state::handed_out, state::handling));
  one.report(given, engine::outcome::failed);
  told.clear();
  walk({question(0, 10)});
  const auto retrying = std::find_if(told[0].rows.begin(), told[0].rows.end(),
                                     [](const auto& row) { return row.now == state::retrying; });
  ASSERT_NE(retrying, told[0].rows.end());
  EXPECT_EQ(retrying->attempt, 2u);
  EXPECT_EQ(retrying->next_attempt_in_s, 1.0);
  EXPECT_EQ(retrying->task, "split");
}

} // namespace
} // namespace tempest::service
