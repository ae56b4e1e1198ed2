#include "runtime/conformance/payload_words.hpp"

#include <gtest/gtest.h>

namespace tempest::conformance {
namespace {

TEST(PayloadWords, AreOneShortLine) {
  EXPECT_EQ(payload_words(""), "an empty message");
  EXPECT_EQ(payload_words("a\n\xff"), "a\\x0a\\xff");
  EXPECT_EQ(payload_words("b" + std::string(999, '.')),
            "b" + std::string(59, '.') + "... (1000 bytes)");
}

} // namespace
} // namespace tempest::conformance
