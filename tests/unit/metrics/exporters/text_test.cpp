// What lines for people and lines of JSON say.
#include <gtest/gtest.h>

#include <limits>

#include "runtime/metrics/exporters/change_lines.hpp"
#include "runtime/metrics/exporters/json_lines.hpp"
#include "tests/unit/metrics/exporters/rig.hpp"

namespace tempest::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<change_lines::line>& all) {
  std::vector<std::string> made;
  for (const change_lines::line& one : all) made.push_back(one.text);
  return made;
}

std::vector<std::string> show(change_lines& lines, const families& now) {
  const auto changed = lines.changed(now);
  for (const change_lines::line& one : changed) lines.shown(one);
  return texts(changed);
}

TEST(lines_for_people, tell_what_has_changed) {
  sample_registry some;
  change_lines lines("");
  EXPECT_THAT(show(lines, some.now()), ElementsAre("gauge " + level_text + " 0"));
  EXPECT_THAT(show(lines, some.now()), IsEmpty());
  some.words.update(2);
  some.level.update(-1.5);
  some.wait.update(0.04);
  some.wait.update(0.05);
  EXPECT_THAT(show(lines, some.now()),
              ElementsAre("gauge " + level_text + " -1.5",
                          "histogram " + wait_text + " count=2 sum=0.09 p50=0.0375 p99=0.04975",
                          "counter " + words_text + " 2"));
  some.words.update(1);
  EXPECT_THAT(show(lines, some.now()), ElementsAre("counter " + words_text + " 3"));
}

// Quantiles of all that ever was would hardly move after a day.
TEST(lines_for_people, quantiles_are_those_of_what_is_new) {
  sample_registry some;
  change_lines lines("");
  for (int i = 0; i < 1'000; ++i) some.wait.update(0.0001);
  (void)show(lines, some.now());
  some.wait.update(4);
  EXPECT_THAT(show(lines, some.now()),
              ElementsAre("histogram " + wait_text + " count=1001 sum=4.1 p50=3.75 p99=4.975"));
}

TEST(lines_for_people, what_was_not_shown_is_told_again) {
  sample_registry some;
  const change_lines lines("shop");
  some.level.update(std::numeric_limits<double>::infinity());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(texts(lines.changed(some.now())), ElementsAre("gauge shop_" + level_text + " inf"));
  }
}

TEST(a_quantile, lies_in_its_bucket) {
  bucket_counts of{{1, 2, std::numeric_limits<double>::infinity()}, {4, 4, 2}, 10, 0};
  EXPECT_EQ(quantile(of, 0.2), 0.5);
  EXPECT_EQ(quantile(of, 0.4), 1);
  EXPECT_EQ(quantile(of, 0.6), 1.5);
  EXPECT_EQ(quantile(of, 0.99), 2) << "beyond the last finite bound";
  of.counts = {0, 0, 2};
  of.total = 2;
  EXPECT_EQ(quantile(of, 0.5), 2);
}

TEST(lines_of_json, hold_everything) {
  sample_registry some;
  some.words.update(3);
  some.level.update(std::numeric_limits<double>::infinity());
  some.wait.update(0.3);
  some.wait.update(0.4);
  some.wait.update(2e9);
  const std::string start = R"({"time_ms":7,"instance":"web-0","name":"my_tempest_task_)";
  const std::string labels = R"(,"labels":{"topology":"shop","task":"split"})";
  EXPECT_EQ(
      json_lines(some.now(), 7, "web-0", "my"),
      start + R"(level","type":"gauge")" + labels + ",\"value\":null}\n" + start +
          R"(wait_seconds","type":"histogram","labels":{"topology":"shop")" +
          R"(,"from":"a\"b","task":"split"},"count":3,"sum":2000000000.7,"buckets":[{"le":0.5,"count":2},)" +
          "{\"le\":null,\"count\":1}]}\n" + start + R"(words_total","type":"counter")" + labels +
          ",\"value\":3.0}\n");
}

} // namespace
} // namespace tempest::metrics
