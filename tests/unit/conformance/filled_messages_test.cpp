#include "runtime/conformance/filled_messages.hpp"

#include <gtest/gtest.h>

namespace tempest::conformance {
namespace {

TEST(FilledMessages, APayloadSaysItsNumberAndIsAsLongAsItIsToBe) {
  EXPECT_EQ(numbered_payload(7, 0), "message-7");
  EXPECT_EQ(numbered_payload(7, 12), "message-7...");
  EXPECT_EQ(numbered_payload(12345, 3), "message-12345");
}

TEST(FilledMessages, OneIsKnownByAllOfItsBytes) {
  filled_messages filled;
  EXPECT_EQ(filled.find("message-1"), std::nullopt);
  EXPECT_EQ(filled.last(), 0U);
  filled.add(1, 3, 0);
  filled.add(10, 2, 12);
  EXPECT_EQ(filled.find("message-1"), 1U);
  EXPECT_EQ(filled.find("message-3"), 3U);
  EXPECT_EQ(filled.find("message-10.."), 10U);
  EXPECT_EQ(filled.find("message-11.."), 11U);
  for (const char* const other :
       {"", "message-", "message-0", "message-4", "message-12..", "message-9...", "message-10",
        "message-10.", "message-10...", "message-10.!", "message-1.", "message-01", "messag-1", "x",
        "message-99999999999999999999"}) {
    EXPECT_EQ(filled.find(other), std::nullopt) << other;
  }
  EXPECT_EQ(filled.last(), 11U);
  EXPECT_EQ(filled_messages(filled.ranges()).find("message-11.."), 11U);
}

} // namespace
} // namespace tempest::conformance
