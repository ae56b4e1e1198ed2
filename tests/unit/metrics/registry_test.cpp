#include "runtime/metrics/registry.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

namespace tempest::metrics {
namespace {

std::string logged(const std::function<void()>& act) {
  testing::internal::CaptureStderr();
  act();
  return testing::internal::GetCapturedStderr();
}

std::size_t lines_with(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

TEST(registry, counts_sets_and_observes) {
  registry all;
  all.metric("split", kind::counter, "words", "Words seen.")->update(2);
  all.metric("split", kind::counter, "words", "Words seen.")->update(3);
  all.metric("split", kind::gauge, "level", "")->update(7);
  all.metric("split", kind::gauge, "level", "")->update(-4.5);
  all.metric("split", kind::histogram, "seconds", "")->update(0.5);
  all.metric("split", kind::histogram, "seconds", "")->update(3);

  const auto samples = all.snapshot();
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].name, "level");
  EXPECT_EQ(samples[0].value, -4.5);
  EXPECT_EQ(samples[1].name, "seconds");
  EXPECT_EQ(samples[1].value, 3.5);
  EXPECT_EQ(samples[1].count, 2u);
  EXPECT_EQ(samples[2].name, "words");
  EXPECT_EQ(samples[2].help, "Words seen.");
  EXPECT_EQ(samples[2].value, 5);
}

TEST(registry, gives_the_same_pointer_whatever_the_order_of_labels) {
  registry all;
  auto* one = all.metric("t", kind::counter, "n", "", {{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(one, all.metric("t", kind::counter, "n", "", {{"a", "1"}, {"b", "2"}}));
  EXPECT_NE(one, all.metric("t", kind::counter, "n", "", {{"a", "1"}, {"b", "3"}}));
  EXPECT_NE(one, all.metric("u", kind::counter, "n", "", {{"a", "1"}, {"b", "2"}}));
}

TEST(registry, a_snapshot_is_sorted_by_component_name_and_labels) {
  registry all;
  all.metric("b", kind::counter, "x", "")->update(1);
  all.metric("a", kind::counter, "y", "", {{"k", "2"}})->update(1);
  all.metric("a", kind::counter, "y", "", {{"k", "1"}})->update(1);
  all.metric("a", kind::counter, "x", "")->update(1);
  std::vector<std::string> order;
  for (const sample& one : all.snapshot()) {
    order.push_back(one.component + one.name + (one.labels.empty() ? "" : one.labels[0].value));
  }
  EXPECT_EQ(order, (std::vector<std::string>{"ax", "ay1", "ay2", "bx"}));
}

TEST(registry, another_kind_under_a_known_name_is_logged_once_and_counts_nothing) {
  registry all;
  auto* good = all.metric("t", kind::counter, "n", "");
  const std::string log = logged([&] {
    for (int i = 0; i < 3; ++i) all.metric("t", kind::gauge, "n", "")->update(100);
  });
  EXPECT_EQ(
      lines_with(log, "metric n counts nothing: it is a counter and was asked for as a gauge"), 1u)
      << log;
  good->update(1);
  ASSERT_EQ(all.snapshot().size(), 1u);
  EXPECT_EQ(all.snapshot()[0].value, 1);
  EXPECT_NE(all.metric("other", kind::gauge, "n", ""), all.nothing());
}

TEST(registry, refuses_impossible_names_once_each) {
  registry all;
  const std::string log = logged([&] {
    for (const char* name : {"", "9a", "A", "a-b", "a b", "\xc3\xa4", "9a"}) {
      EXPECT_EQ(all.metric("t", kind::counter, name, ""), all.nothing()) << name;
    }
    EXPECT_EQ(all.metric("t", kind::none, "a", ""), all.nothing());
    EXPECT_EQ(all.metric("t", kind::counter, "a", "", {{"B", ""}}), all.nothing());
    EXPECT_EQ(all.metric("t", kind::counter, "a", "", {{"le", ""}}), all.nothing());
    EXPECT_EQ(all.metric("t", kind::counter, "a", "", {{"b", "1"}, {"b", "2"}}), all.nothing());
  });
  EXPECT_EQ(lines_with(log, "metric 9a counts nothing"), 1u) << log;
  EXPECT_EQ(lines_with(log, "counts nothing"), 10u) << log;
  EXPECT_TRUE(all.snapshot().empty());
  EXPECT_NE(all.metric("t", kind::counter, "_a9_z", "", {{"_b", ""}}), all.nothing());
}

TEST(registry, a_label_without_end_ends_in_one_series) {
  registry all({.families = 10, .series_per_family = 3});
  const std::string log = logged([&] {
    for (int user = 0; user < 100; ++user) {
      all.metric("t", kind::counter, "n", "", {{"user", std::to_string(user)}})->update(1);
    }
  });
  EXPECT_EQ(lines_with(log, "more than 3 sets of labels"), 1u) << log;
  const auto samples = all.snapshot();
  ASSERT_EQ(samples.size(), 4u);
  double sum = 0;
  for (const sample& one : samples) sum += one.value;
  EXPECT_EQ(sum, 100);
  EXPECT_EQ(samples[0].labels, (label_set{{"overflow", "true"}}));
  EXPECT_EQ(samples[0].value, 97);
}

TEST(registry, names_without_end_are_refused_with_one_line) {
  registry all({.families = 2, .series_per_family = 3});
  const std::string log = logged([&] {
    for (int i = 0; i < 5'000; ++i) all.metric("t", kind::counter, "n" + std::to_string(i), "");
  });
  EXPECT_EQ(lines_with(log, "there are already 2 metrics"), 1u) << log;
  EXPECT_EQ(all.snapshot().size(), 2u);
}

TEST(registry, values_without_sense_change_nothing) {
  registry all;
  const double infinite = std::numeric_limits<double>::infinity();
  auto* counter = all.metric("t", kind::counter, "c", "");
  auto* gauge = all.metric("t", kind::gauge, "g", "");
  auto* histogram = all.metric("t", kind::histogram, "h", "");
  for (auto* one : {counter, gauge, histogram}) one->update(1);
  for (auto* one : {counter, gauge, histogram}) one->update(std::nan(""));
  for (auto* one : {counter, histogram}) one->update(infinite);
  counter->update(-1);
  for (const sample& one : all.snapshot()) EXPECT_EQ(one.value, 1) << one.name;
}

TEST(registry, every_observation_falls_into_one_bucket) {
  registry all;
  auto* seconds = all.metric("t", kind::histogram, "h", "");
  for (const double value : {-1.0, 0.0, 1e-6, 1.1e-6, 1.0, 1e9, 1e12}) seconds->update(value);
  const auto buckets = all.snapshot()[0].buckets;
  EXPECT_EQ(buckets[0], 3u);
  EXPECT_EQ(buckets[1], 1u);
  EXPECT_EQ(buckets[18], 1u); // bounds are inclusive: 1 is in the bucket that ends at 1
  EXPECT_EQ(buckets[bucket_count - 2], 1u);
  EXPECT_EQ(buckets[bucket_count - 1], 1u);
  EXPECT_EQ(std::accumulate(buckets.begin(), buckets.end(), 0u), 7u);
}

TEST(registry, bucket_bounds_rise) {
  for (std::size_t i = 1; i < bucket_bounds.size(); ++i) {
    EXPECT_LT(bucket_bounds[i - 1], bucket_bounds[i]);
  }
}

TEST(registry, threads_lose_no_count) {
  registry all;
  constexpr int rounds = 20'000;
  const auto work = [&] {
    for (int i = 0; i < rounds; ++i) {
      all.metric("t", kind::counter, "n", "", {{"k", std::to_string(i % 7)}})->update(1);
      all.metric("t", kind::histogram, "h", "")->update(i);
    }
  };
  std::thread one(work);
  std::thread two(work);
  for (int i = 0; i < 20; ++i) (void)all.snapshot();
  one.join();
  two.join();
  double sum = 0;
  for (const sample& found : all.snapshot()) {
    if (found.type == kind::counter) sum += found.value;
    if (found.type == kind::histogram) {
      EXPECT_EQ(found.count, 2u * rounds);
    }
  }
  EXPECT_EQ(sum, 2 * rounds);
}

} // namespace
} // namespace tempest::metrics
