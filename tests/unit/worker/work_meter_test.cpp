// How long deliveries are said to have taken, of which the clock tells how long several took.
#include "runtime/worker/work_meter.hpp"

#include <gtest/gtest.h>

#include "runtime/metrics/builtin.hpp"
#include "runtime/metrics/registry.hpp"
#include "tests/support/metric_values.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t us = 1'000;

class a_work_meter : public testing::Test {
 protected:
  // How many took more than `above_ns` and at most `up_to_ns`: two bounds of buckets.
  std::uint64_t between(std::int64_t above_ns, std::int64_t up_to_ns) {
    using metrics::duration_tally;
    reader_.pass_on(meter_.times(), histogram_);
    std::uint64_t count = 0;
    for (std::size_t i = duration_tally::bucket_of(above_ns) + 1;
         i <= duration_tally::bucket_of(up_to_ns); ++i) {
      count += reader_.counts()[i];
    }
    return count;
  }
  double sum_s() {
    reader_.pass_on(meter_.times(), histogram_);
    return metrics::values(registry_).at(
        "tempest_task_handle_seconds_sum{topology=\"shop\",task=\"a\"}");
  }

  work_meter meter_;

 private:
  metrics::registry registry_{"shop"};
  tempest_metric& histogram_ = registry_.own(metrics::builtin::handle_time, "a");
  metrics::tally_reader reader_;
};

TEST_F(a_work_meter, finds_the_slow_one_among_many_in_turn) {
  for (int times = 0; times < 10; ++times) meter_.handled_in_turn(32 * 2 * us, 32);
  for (int times = 0; times < 2; ++times) meter_.handled_in_turn(31 * 2 * us + 20'000 * us, 32);
  EXPECT_EQ(between(10'000 * us, 25'000 * us), 2u);
  EXPECT_EQ(between(5 * us, 10'000 * us), 0u);
  EXPECT_EQ(between(0, 5 * us), 12 * 32 - 2u);
  EXPECT_NEAR(sum_s(), (12 * 32 - 2) * 2e-6 + 2 * 20e-3, 1e-9) << "whoever took it";
}

TEST_F(a_work_meter, takes_what_goes_on_for_what_is_usual) {
  for (int times = 0; times < 10; ++times) meter_.handled_in_turn(32 * us / 4, 32);
  for (int times = 0; times < 100; ++times) meter_.handled_in_turn(32 * 20 * us, 32);
  EXPECT_GE(between(10 * us, 25 * us), 90 * 32u);
  EXPECT_LE(between(25 * us, 1'000'000 * us), 10u);
  EXPECT_NEAR(sum_s(), 320 * 0.25e-6 + 3200 * 20e-6, 1e-9);
}

TEST_F(a_work_meter, looks_for_none_in_what_was_handled_at_once) {
  meter_.handled(1'000 * 10 * us, 1'000);
  meter_.handled(10 * 1'000 * us, 10); // a small batch, whose own part is the same
  EXPECT_EQ(between(500 * us, 1'000 * us), 10u);
  EXPECT_EQ(between(5 * us, 10 * us), 1'000u);
}

TEST_F(a_work_meter, of_one_alone_there_is_no_doubt) {
  meter_.handled_in_turn(20'000 * us, 1);
  meter_.handled_in_turn(us, 1);
  meter_.handled_in_turn(20'000 * us, 1);
  meter_.handled_in_turn(us, 0);
  EXPECT_EQ(between(10'000 * us, 25'000 * us), 2u);
  EXPECT_NEAR(sum_s(), 40.001e-3, 1e-9);
}

} // namespace
} // namespace tempest::worker
