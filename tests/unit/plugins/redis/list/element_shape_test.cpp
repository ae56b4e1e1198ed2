#include "plugins/redis/list/element_shape.hpp"

#include <gmock/gmock.h>

namespace redis::list {
namespace {

std::string text(const tempest_slice& of) {
  return {of.data, of.length};
}

TEST(element_shape, an_element_is_a_payload_and_its_number_its_name) {
  element_shape shape({"jobs", "low"}, false);
  const element first{1, "x", {7, 0, {}}};
  const element second{0, "", {8, 2, "abc"}};
  const std::vector<handed_element> batch{{5, &first}, {6, &second}};
  const auto made = shape.shape(batch);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].token, 5U);
  EXPECT_EQ(text(made[0].id), "low:7");
  EXPECT_EQ(text(made[0].payload), "x");
  EXPECT_EQ(made[0].key.data, nullptr);
  EXPECT_EQ(made[0].deliveries, 1U);
  EXPECT_EQ(made[0].header_count, 0U);
  EXPECT_EQ(text(made[1].id), "jobs:8");
  EXPECT_EQ(made[1].deliveries, 3U);
  EXPECT_EQ(made[1].failures, 2U);
  ASSERT_EQ(made[1].header_count, 1U);
  EXPECT_EQ(text(made[1].headers[0].name), TEMPEST_HEADER_DEAD_LETTER);
  EXPECT_EQ(text(made[1].headers[0].value), "abc");
  EXPECT_EQ(shape.without_envelope(), 0U);
}

TEST(element_shape, envelopes_are_opened_and_others_counted) {
  element_shape shape({"jobs"}, true);
  const std::string closed = write_envelope({"p", "k", {{"a", "1"}, {"b", "2"}}, 9});
  const element first{0, closed, {1, 0, {}}};
  const element second{0, "plain", {2, 0, {}}};
  const element third{0, closed, {3, 0, {}}};
  const std::vector<handed_element> batch{{1, &first}, {2, &second}, {3, &third}};
  const auto made = shape.shape(batch);
  for (const std::size_t i : {0U, 2U}) {
    EXPECT_EQ(text(made[i].payload), "p");
    EXPECT_EQ(text(made[i].key), "k");
    EXPECT_EQ(made[i].timestamp_ms, 9);
    ASSERT_EQ(made[i].header_count, 2U);
    EXPECT_EQ(text(made[i].headers[1].name), "b");
    EXPECT_EQ(text(made[i].headers[1].value), "2");
  }
  EXPECT_EQ(text(made[1].payload), "plain");
  EXPECT_EQ(made[1].header_count, 0U);
  EXPECT_EQ(shape.without_envelope(), 1U);
}

} // namespace
} // namespace redis::list
