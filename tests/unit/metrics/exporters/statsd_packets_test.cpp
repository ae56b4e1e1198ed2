// What statsd is told, and when it is told again.
#include "runtime/metrics/exporters/statsd_packets.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "tests/unit/metrics/exporters/rig.hpp"

namespace tempest::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string tags = "|#topology:shop,task:split,instance:web-0";
const std::string level_line = "tempest_task_level:0|g" + tags;

// All lines of all datagrams, which are said to be sent.
std::vector<std::string> send(statsd_packets& to, const families& now, bool arrives = true) {
  std::vector<std::string> lines;
  for (const statsd_packets::packet& one : to.next(now)) {
    std::istringstream all(one.bytes);
    for (std::string line; std::getline(all, line);) lines.push_back(line);
    if (arrives) to.sent(one);
  }
  return lines;
}

TEST(statsd, is_told_how_counters_grew_and_how_gauges_are) {
  sample_registry some;
  statsd_packets all({.prefix = "", .instance = "web-0"});
  some.words.update(3);
  EXPECT_THAT(send(all, some.now()),
              ElementsAre(level_line, "tempest_task_words_total:3|c" + tags));
  EXPECT_THAT(send(all, some.now()), ElementsAre(level_line));
  some.words.update(0.25);
  EXPECT_THAT(send(all, some.now()),
              ElementsAre(level_line, "tempest_task_words_total:0.25|c" + tags));
}

TEST(statsd, what_was_not_sent_is_told_again) {
  sample_registry some;
  statsd_packets all({.instance = "web-0"});
  some.words.update(3);
  some.wait.update(0.04);
  const auto first = send(all, some.now(), false);
  EXPECT_EQ(send(all, some.now()), first);
  EXPECT_THAT(send(all, some.now()), ElementsAre(level_line));
}

// A sign would be a change of the value that the daemon has.
TEST(statsd, a_gauge_below_zero_starts_from_zero) {
  sample_registry some;
  statsd_packets all({.instance = "web-0"});
  some.level.update(-2.5);
  EXPECT_THAT(send(all, some.now()), ElementsAre(level_line, "tempest_task_level:-2.5|g" + tags));
  some.level.update(std::numeric_limits<double>::infinity());
  EXPECT_THAT(send(all, some.now()), IsEmpty());
}

TEST(statsd, what_has_grown_beyond_all_numbers_is_not_told) {
  sample_registry some;
  statsd_packets all({.instance = "web-0"});
  for (int i = 0; i < 2; ++i) some.words.update(std::numeric_limits<double>::max());
  EXPECT_THAT(send(all, some.now()), ElementsAre(level_line));
  EXPECT_THAT(send(all, some.now()), ElementsAre(level_line));
}

TEST(statsd, without_tags_labels_are_a_part_of_the_name) {
  sample_registry some;
  statsd_packets all({.prefix = "eu.shops", .instance = "web-0", .tags = false});
  some.wait.update(0.004);
  EXPECT_THAT(
      send(all, some.now()),
      ElementsAre("eu.shops.tempest_task_level.topology.shop.task.split.instance.web-0:0|g",
                  "eu.shops.tempest_task_wait_ms.topology.shop.from.a_b.task.split.instance.web-0:"
                  "4|ms"));
}

TEST(statsd, what_would_end_a_tag_is_replaced) {
  registry all("sh|op");
  all.of_plugin({subject::task, "a,b#c"}, kind::counter, "n", "", {{"x", "y z"}})->update(1);
  statsd_packets to({.instance = "web-0"});
  EXPECT_THAT(send(to, all.collect()),
              testing::Contains(
                  "tempest_task_n_total:1|c|#topology:sh_op,task:a_b_c,x:y_z,instance:web-0"));
}

// Seconds are milliseconds there; each sample lies in its bucket, and all have the sum observed.
TEST(statsd, histograms_are_samples) {
  sample_registry some;
  statsd_packets all({.instance = "web-0"});
  some.wait.update(0.03);
  some.wait.update(0.03);
  some.wait.update(0.06);
  std::vector<std::string> lines = send(all, some.now());
  ASSERT_EQ(lines.size(), 4U);
  double sum = 0;
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_TRUE(lines[i].starts_with("tempest_task_wait_ms:")) << lines[i];
    EXPECT_THAT(lines[i], HasSubstr("|ms|#topology:shop,from:a\"b,task:split,instance:web-0"));
    sum += std::stod(lines[i].substr(lines[i].find(':') + 1));
  }
  EXPECT_NEAR(sum, 120, 1e-9);
  some.wait.update(0.03);
  lines = send(all, some.now());
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NEAR(std::stod(lines[1].substr(lines[1].find(':') + 1)), 30, 1e-9);
}

TEST(statsd, of_many_observations_samples_stand_for_all) {
  sample_registry some;
  statsd_packets all({.instance = "web-0"});
  for (int i = 0; i < 9'000; ++i) some.wait.update(0.002);
  for (int i = 0; i < 1'000; ++i) some.wait.update(2);
  const std::vector<std::string> lines = send(all, some.now());
  EXPECT_EQ(lines.size(), 41U);
  double count = 0;
  double sum_ms = 0;
  int slow = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t at = lines[i].find("|@");
    ASSERT_NE(at, std::string::npos) << lines[i];
    const std::string rate = lines[i].substr(at + 2, lines[i].find('|', at + 2) - at - 2);
    EXPECT_EQ(rate.find_first_not_of("0123456789."), std::string::npos) << rate;
    const double value = std::stod(lines[i].substr(lines[i].find(':') + 1));
    count += 1 / std::stod(rate);
    sum_ms += value / std::stod(rate);
    if (value > 1'000) ++slow;
  }
  EXPECT_NEAR(count, 10'000, 0.01);
  EXPECT_NEAR(sum_ms, 2'018'000, 10);
  EXPECT_EQ(slow, 4);
}

TEST(statsd, datagrams_are_filled_and_not_overfilled) {
  registry many("shop");
  for (int i = 0; i < 100; ++i) {
    many.of_plugin({subject::task, "t" + std::to_string(i)}, kind::counter, "n", "")->update(1);
  }
  statsd_packets to({.instance = "web-0", .max_datagram_bytes = 512});
  const auto packets = to.next(many.collect());
  std::size_t lines = 0;
  for (const auto& one : packets) {
    EXPECT_LE(one.bytes.size(), 512U);
    EXPECT_NE(one.bytes.back(), '\n');
    lines += static_cast<std::size_t>(std::count(one.bytes.begin(), one.bytes.end(), '\n')) + 1;
  }
  EXPECT_EQ(lines, 101U);
  EXPECT_LT(packets.size(), 16U);
  EXPECT_EQ(to.too_long(), "");
}

TEST(statsd, a_line_that_fits_into_no_datagram_is_left_out) {
  sample_registry some;
  some.all.of_plugin({subject::task, std::string(400, 'x')}, kind::counter, "n", "")->update(1);
  statsd_packets to({.instance = "web-0", .max_datagram_bytes = 256});
  for (int i = 0; i < 2; ++i) EXPECT_THAT(send(to, some.now()), ElementsAre(level_line));
  EXPECT_THAT(to.too_long(), HasSubstr("xxxx"));
}

TEST(statsd, beyond_the_last_bound_the_sum_tells) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 0, 2}, 4, 21}), ElementsAre(0.5, 1.5, 10));
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 0, 2}, 4, 3}), ElementsAre(0.5, 1.5, 2));
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 2, 0}, 4, 4}), ElementsAre(0.5, 1.5, 2));
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 2, 0}, 4, 400}), ElementsAre(1, 2, 2));
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 2, 0}, 4, inf}), ElementsAre(0.5, 1.5, 2));
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 0, 2}, 4, inf}), ElementsAre(0.5, 1.5, 2));
  EXPECT_THAT(representatives({{1, 2, inf}, {2, 0, 2}, 4, inf - inf}), ElementsAre(0.5, 1.5, 2));
}

} // namespace
} // namespace tempest::metrics
