#include "runtime/metrics/duration_tally.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/support/metric_values.hpp"

namespace tempest::metrics {
namespace {

std::size_t by_search(std::int64_t ns) {
  const double seconds = static_cast<double>(ns) / 1e9;
  const auto at = std::lower_bound(duration_bounds.begin(), duration_bounds.end(), seconds);
  return static_cast<std::size_t>(at - duration_bounds.begin());
}

TEST(duration_tally, finds_the_bucket_that_a_search_finds) {
  for (std::int64_t ns = 1; ns < 4'000'000'000'000; ns += 1 + ns / 7) {
    ASSERT_EQ(duration_tally::bucket_of(ns), by_search(ns)) << ns;
  }
  for (const double bound : duration_bounds) { // each is the last of its own bucket
    const auto ns = static_cast<std::int64_t>(bound * 1e9 + 0.5);
    ASSERT_EQ(duration_tally::bucket_of(ns) + 1, duration_tally::bucket_of(ns + 1)) << ns;
  }
  EXPECT_EQ(duration_tally::bucket_of(-5), 0u);
  EXPECT_EQ(duration_tally::bucket_of(INT64_MAX), duration_bounds.size());
}

TEST(duration_tally, passes_each_on_once) {
  registry all("shop");
  tempest_metric& histogram = all.own(builtin::message_time);
  duration_tally tally;
  tally_reader reader;
  tally.add(2'000'000, 3);
  reader.pass_on(tally, histogram);
  reader.pass_on(tally, histogram);
  tally.add(1'000'000'000);
  reader.pass_on(tally, histogram);
  const auto now = values(all);
  EXPECT_EQ(now.at(R"(tempest_topology_message_seconds_count{topology="shop"})"), 4);
  EXPECT_DOUBLE_EQ(now.at(R"(tempest_topology_message_seconds_sum{topology="shop"})"), 1.006);
  EXPECT_EQ(now.at(R"(tempest_topology_message_seconds_bucket{topology="shop",le="0.001"})"), 0);
  EXPECT_EQ(now.at(R"(tempest_topology_message_seconds_bucket{topology="shop",le="0.0025"})"), 3);
  EXPECT_EQ(now.at(R"(tempest_topology_message_seconds_bucket{topology="shop",le="1"})"), 4);
}

// Milliseconds taken for seconds are a plugin's likely mistake: each message is 50 years old then.
TEST(duration_tally, long_ones_add_up) {
  registry all("shop");
  duration_tally tally;
  tally.add(std::int64_t{50 * 365} * 86'400 * 1'000'000'000, 1'000'000);
  tally_reader().pass_on(tally, all.own(builtin::message_age));
  EXPECT_DOUBLE_EQ(values(all).at(R"(tempest_topology_message_age_seconds_sum{topology="shop"})"),
                   50.0 * 365 * 86'400 * 1'000'000);
}

TEST(duration_tally, loses_nothing_while_it_is_read) {
  registry all("shop");
  tempest_metric& histogram = all.own(builtin::message_time);
  duration_tally tally;
  tally_reader reader;
  std::thread writer([&] {
    for (int i = 0; i < 100'000; ++i) tally.add(i);
  });
  for (int i = 0; i < 1'000; ++i) reader.pass_on(tally, histogram);
  writer.join();
  reader.pass_on(tally, histogram);
  EXPECT_EQ(values(all).at(R"(tempest_topology_message_seconds_count{topology="shop"})"), 100'000);
}

} // namespace
} // namespace tempest::metrics
