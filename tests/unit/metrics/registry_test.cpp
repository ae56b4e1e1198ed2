#include "runtime/metrics/registry.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include <cmath>
#include <limits>
#include <thread>

#include "runtime/base/utf8.hpp"
#include "runtime/metrics/buckets.hpp"
#include "tests/support/metric_values.hpp"

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

using shown = std::map<std::string, double>;

const owner split{subject::task, "split"};

TEST(registry, counts_sets_and_observes) {
  registry all("shop");
  all.of_plugin(split, kind::counter, "words", "Words seen.")->update(2);
  all.of_plugin(split, kind::counter, "words", "Words seen.")->update(3);
  all.of_plugin({subject::source, "mock"}, kind::gauge, "level", "")->update(7);
  all.of_plugin({subject::source, "mock"}, kind::gauge, "level", "")->update(-4.5);
  all.of_plugin({subject::sink, "file"}, kind::histogram, "seconds", "")->update(0.5);
  all.of_plugin({subject::sink, "file"}, kind::histogram, "seconds", "")->update(3);

  const shown now = values(all);
  EXPECT_EQ(now.at(R"(tempest_task_words_total{topology="shop",task="split"})"), 5);
  EXPECT_EQ(now.at(R"(tempest_source_level{topology="shop",source="mock"})"), -4.5);
  EXPECT_EQ(now.at(R"(tempest_sink_seconds_sum{topology="shop",sink="file"})"), 3.5);
  EXPECT_EQ(now.at(R"(tempest_sink_seconds_count{topology="shop",sink="file"})"), 2);
  EXPECT_EQ(now.at(R"(tempest_sink_seconds_bucket{topology="shop",sink="file",le="1"})"), 1);
  const std::string text = exposition(all);
  EXPECT_NE(text.find("# HELP tempest_task_words_total Words seen.\n"), std::string::npos);
  EXPECT_NE(text.find("# TYPE tempest_task_words_total counter\n"), std::string::npos);
}

TEST(registry, gives_the_same_pointer_whatever_the_order_of_labels) {
  registry all("shop");
  auto* one = all.of_plugin(split, kind::counter, "n", "", {{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(one, all.of_plugin(split, kind::counter, "n", "", {{"a", "1"}, {"b", "2"}}));
  EXPECT_NE(one, all.of_plugin(split, kind::counter, "n", "", {{"a", "1"}, {"b", "3"}}));
  EXPECT_NE(one, all.of_plugin({subject::task, "other"}, kind::counter, "n", "",
                               {{"a", "1"}, {"b", "2"}}));
}

TEST(registry, shows_families_sorted_by_name) {
  registry all("shop");
  for (const char* name : {"b", "c", "a"}) all.of_plugin(split, kind::gauge, name, "");
  std::vector<std::string> order;
  for (const auto& family : all.collect()) order.push_back(family.name);
  EXPECT_EQ(order, (std::vector<std::string>{"tempest_build_info", "tempest_task_a",
                                             "tempest_task_b", "tempest_task_c"}));
}

// One name is one family to whoever scrapes, whoever made it.
TEST(registry, another_kind_under_a_known_name_is_logged_once_each_and_counts_nothing) {
  registry all("shop");
  auto* good = all.of_plugin(split, kind::gauge, "n", "");
  const std::string log = logged([&] {
    for (int i = 0; i < 3; ++i) all.of_plugin(split, kind::histogram, "n", "")->update(100);
    EXPECT_EQ(all.of_plugin({subject::task, "other"}, kind::histogram, "n", ""), all.nothing());
  });
  EXPECT_EQ(lines_with(log, "tempest_task_n is a gauge and was asked for as a histogram"), 2u)
      << log;
  good->update(1);
  EXPECT_EQ(values(all), (shown{{R"(tempest_task_n{topology="shop",task="split"})", 1}}));
}

TEST(registry, refuses_impossible_names_once_each) {
  registry all("shop");
  const std::string log = logged([&] {
    for (const char* name : {"", "9a", "A", "a-b", "a b", "\xc3\xa4", "9a"}) {
      EXPECT_EQ(all.of_plugin(split, kind::counter, name, ""), all.nothing()) << name;
    }
    EXPECT_EQ(all.of_plugin(split, kind::none, "a", ""), all.nothing());
    for (const char* label : {"B", "le", "task", "topology", "__a"}) {
      EXPECT_EQ(all.of_plugin(split, kind::counter, "a", "", {{label, ""}}), all.nothing());
    }
    EXPECT_EQ(all.of_plugin(split, kind::counter, "a", "", {{"b", "1"}, {"b", "2"}}),
              all.nothing());
  });
  EXPECT_EQ(lines_with(log, "metric 9a counts nothing"), 1u) << log;
  EXPECT_EQ(lines_with(log, "counts nothing"), 13u) << log;
  EXPECT_TRUE(values(all).empty());
  EXPECT_NE(all.of_plugin(split, kind::counter, "_a9_z", "", {{"_b", ""}}), all.nothing());
}

TEST(registry, keeps_its_own_names_to_itself) {
  registry all("shop");
  const std::string log = logged([&] {
    EXPECT_EQ(all.of_plugin(split, kind::counter, "retries", ""), all.nothing());
    EXPECT_EQ(all.of_plugin(split, kind::counter, "retries_total", ""), all.nothing());
    EXPECT_EQ(all.of_plugin(split, kind::gauge, "handle_seconds_count", ""), all.nothing());
  });
  EXPECT_EQ(lines_with(log, "Tempest itself counts under tempest_task_retries_total"), 2u) << log;
  EXPECT_NE(all.of_plugin(split, kind::gauge, "retries", ""), all.nothing());
}

TEST(registry, what_would_be_a_part_of_a_histogram_counts_nothing) {
  registry all("shop");
  const auto is_made = [&](kind type, const char* name) {
    return all.of_plugin(split, type, name, "") != all.nothing();
  };
  const std::string log = logged([&] {
    EXPECT_TRUE(is_made(kind::histogram, "wait"));
    EXPECT_FALSE(is_made(kind::gauge, "wait_bucket"));
    EXPECT_FALSE(is_made(kind::histogram, "wait_sum"));
    EXPECT_TRUE(is_made(kind::gauge, "size_count"));
    EXPECT_FALSE(is_made(kind::histogram, "size"));
    EXPECT_TRUE(is_made(kind::gauge, "size"));
    EXPECT_TRUE(is_made(kind::gauge, "size_sum"));
    EXPECT_TRUE(is_made(kind::histogram, "wait")) << "it is there already";
  });
  EXPECT_EQ(lines_with(log, "wait_bucket is a part of the histogram tempest_task_wait"), 1u) << log;
  EXPECT_EQ(lines_with(log, "size_count exists already and would be a part of it"), 1u) << log;
}

TEST(registry, a_label_without_end_ends_in_one_series) {
  registry all("shop", {.names = 10, .series_per_owner = 3});
  const std::string log = logged([&] {
    for (int user = 0; user < 100; ++user) {
      all.of_plugin(split, kind::gauge, "n", "", {{"user", std::to_string(user)}})->update(user);
    }
  });
  EXPECT_EQ(lines_with(log, "more than 3 sets of labels"), 1u) << log;
  const shown now = values(all);
  EXPECT_EQ(now.size(), 4u);
  EXPECT_EQ(now.at(R"(tempest_task_n{topology="shop",overflow="true",task="split"})"), 99);
}

TEST(registry, of_a_label_without_end_the_start_counts) {
  registry all("shop", {.label_value_bytes = 4});
  for (const char* one : {"abc\u00e4", "abc\u00f6", "abcde", "abcdf"}) {
    all.of_plugin(split, kind::gauge, "n", "", {{"who", one}})->update(1);
  }
  const shown now = values(all);
  EXPECT_EQ(now.size(), 2U);
  EXPECT_TRUE(now.contains(R"(tempest_task_n{topology="shop",task="split",who="abc"})"));
  EXPECT_TRUE(now.contains(R"(tempest_task_n{topology="shop",task="split",who="abcd"})"));
}

TEST(registry, names_without_end_are_refused_with_one_line) {
  registry all("shop", {.names = 2, .series_per_owner = 3});
  const std::string log = logged([&] {
    for (int i = 0; i < 5'000; ++i) {
      all.of_plugin(split, kind::counter, "n" + std::to_string(i), "");
    }
  });
  EXPECT_EQ(lines_with(log, "there are already 2 metrics"), 1u) << log;
  EXPECT_EQ(values(all).size(), 2u);
}

TEST(registry, values_without_sense_change_nothing) {
  registry all("shop");
  const double infinite = std::numeric_limits<double>::infinity();
  auto* counter = all.of_plugin(split, kind::counter, "c", "");
  auto* gauge = all.of_plugin(split, kind::gauge, "g", "");
  auto* histogram = all.of_plugin(split, kind::histogram, "h", "");
  for (auto* one : {counter, gauge, histogram}) one->update(1);
  for (auto* one : {counter, gauge, histogram}) one->update(std::nan(""));
  for (auto* one : {counter, histogram}) one->update(infinite);
  counter->update(-1);
  const shown now = values(all);
  for (const char* name : {"c_total", "g", "h_sum", "h_count"}) {
    EXPECT_EQ(now.at(fmt::format(R"(tempest_task_{}{{topology="shop",task="split"}})", name)), 1);
  }
}

// A page that one careless text spoils is a page that nobody can read.
TEST(registry, whatever_is_written_into_help_and_labels_stays_on_its_line) {
  registry all("sh\"op\n");
  all.of_plugin({subject::task, "a\nb"}, kind::gauge, "g", "one\ntwo \\ \xff",
                {{"k", "\xff\"\\\n"}})
      ->update(1);
  const std::string text = exposition(all);
  EXPECT_NE(text.find("# HELP tempest_task_g one\\\\x0atwo \\\\ \\\\xff\n"), std::string::npos)
      << text;
  EXPECT_EQ(values(all).size(), 1u) << text;
  EXPECT_TRUE(base::is_utf8(text));
}

TEST(registry, bucket_bounds_rise) {
  for (std::size_t i = 1; i < bucket_bounds.size(); ++i) {
    EXPECT_LT(bucket_bounds[i - 1], bucket_bounds[i]);
  }
}

TEST(registry, threads_lose_no_count) {
  registry all("shop");
  constexpr int rounds = 20'000;
  const auto work = [&] {
    for (int i = 0; i < rounds; ++i) {
      all.of_plugin(split, kind::counter, "n", "", {{"k", std::to_string(i % 7)}})->update(1);
      all.of_plugin(split, kind::histogram, "h", "")->update(i);
    }
  };
  std::thread one(work);
  std::thread two(work);
  for (int i = 0; i < 20; ++i) (void)all.collect();
  one.join();
  two.join();
  double sum = 0;
  for (const auto& [name, value] : values(all)) {
    if (name.starts_with("tempest_task_n_total")) sum += value;
  }
  EXPECT_EQ(sum, 2 * rounds);
  EXPECT_EQ(values(all).at(R"(tempest_task_h_count{topology="shop",task="split"})"), 2 * rounds);
}

} // namespace
} // namespace tempest::metrics
