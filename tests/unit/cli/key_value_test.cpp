#include "cli/args/key_value.hpp"

#include <gtest/gtest.h>

#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

TEST(parse_settings, split_at_the_first_equals_sign) {
  const auto settings = parse_settings({"source.config.uri=a=b"});
  ASSERT_EQ(settings.size(), 1u);
  EXPECT_EQ(settings[0].key, "source.config.uri");
  EXPECT_EQ(settings[0].value, "a=b");
}

TEST(parse_settings, a_refusal_does_not_repeat_what_may_be_a_secret) {
  try {
    (void)parse_settings({"hunter2"});
    FAIL();
  } catch (const base::failure& error) {
    EXPECT_EQ(error.code(), base::exit_code::usage);
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

} // namespace
} // namespace tempest::cli
