#include "runtime/engine/left_messages.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tempest::engine {
namespace {

// As many messages left, and each of them made good later.
bool any_after(int count) {
  left_messages left;
  for (int i = 0; i < count; ++i) left.left(std::to_string(i));
  EXPECT_TRUE(left.any());
  for (int i = 0; i < count; ++i) left.made_good(std::to_string(i));
  return left.any();
}

TEST(left_messages, are_forgotten_once_they_are_made_good) {
  left_messages left;
  EXPECT_FALSE(left.any());
  left.left("a");
  left.made_good("b");
  EXPECT_TRUE(left.any());
  EXPECT_FALSE(any_after(100));
}

TEST(left_messages, beyond_what_is_remembered_stay_failed) {
  EXPECT_TRUE(any_after(20'000));
}

} // namespace
} // namespace tempest::engine
