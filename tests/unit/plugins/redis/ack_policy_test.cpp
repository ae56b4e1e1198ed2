#include "plugins/redis/ack_policy.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis {
namespace {

TEST(ack_policy, has_three_types) {
  EXPECT_EQ(parse_ack_policy(R"({"type":"batch"})").batch, 1000U);
  EXPECT_EQ(parse_ack_policy(R"({"type":"batch","n":7})").batch, 7U);
  EXPECT_TRUE(parse_ack_policy(R"({"type":"individual"})").acknowledge);
  EXPECT_EQ(parse_ack_policy(R"({"type":"individual"})").batch, 1U);
  EXPECT_FALSE(parse_ack_policy(R"({"type":"none"})").acknowledge);
}

TEST(ack_policy, says_what_is_wrong) {
  for (const char* wrong :
       {"", "[]", "{}", R"({"type":7})", R"({"type":"sometimes"})", R"({"type":"batch","n":0})",
        R"({"type":"batch","n":"7"})", R"({"type":"batch","n":1.5})", R"({"type":"none","n":1})",
        R"({"type":"individual","n":5})", R"({"type":"batch","size":5})"}) {
    try {
      (void)parse_ack_policy(wrong);
      ADD_FAILURE() << wrong;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("ack_policy")) << wrong;
      EXPECT_THAT(error.what(), testing::HasSubstr("batch")) << wrong;
    }
  }
}

// What its keys would mean nobody can say then.
TEST(ack_policy, says_of_a_type_that_is_unknown_that_it_is) {
  try {
    (void)parse_ack_policy(R"({"type":"btch","n":3})");
    ADD_FAILURE();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("the type \"btch\" is unknown"));
  }
}

} // namespace
} // namespace redis
