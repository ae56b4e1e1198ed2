#include "runtime/base/edit_distance.hpp"

#include <gtest/gtest.h>

namespace {

using tempest::base::edit_distance;
using tempest::base::nearest;

TEST(edit_distance, counts_each_kind_of_slip_once) {
  EXPECT_EQ(edit_distance("check", "check"), 0u);
  EXPECT_EQ(edit_distance("check", "chek"), 1u);
  EXPECT_EQ(edit_distance("check", "cheeck"), 1u);
  EXPECT_EQ(edit_distance("check", "chack"), 1u);
  EXPECT_EQ(edit_distance("check", "hceck"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(edit_distance, suggests_only_what_is_near) {
  const std::vector<std::string> known = {"build", "check", "run", "sources"};
  EXPECT_EQ(nearest("chekc", known), "check");
  EXPECT_EQ(nearest("source", known), "sources");
  EXPECT_EQ(nearest("elephant", known), "");
  EXPECT_EQ(nearest("", known), "");
}

} // namespace
