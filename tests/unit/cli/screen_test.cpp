// What is shown of a table that is larger than its terminal.
#include "cli/output/screen.hpp"

#include <gtest/gtest.h>

namespace tempest::cli {
namespace {

TEST(a_screen, shows_all_that_fits_as_it_is) {
  EXPECT_EQ(fit("a\nbb\n\ncc", {2, 4}), "a\nbb\n\ncc");
  EXPECT_EQ(fit("", {2, 1}), "");
}

TEST(a_screen, cuts_lines_between_characters) {
  EXPECT_EQ(fit("abcdef\nx", {3, 2}), "abc\nx");
  EXPECT_EQ(fit("\xC3\xA4\xC3\xB6\xC3\xBC", {2, 1}), "\xC3\xA4\xC3\xB6");
}

TEST(a_screen, says_how_many_lines_have_no_room) {
  EXPECT_EQ(fit("a\nb\nc\nd", {80, 3}), "a\nb\n(2 more; --once shows all)");
  EXPECT_EQ(fit("a\nb\nc\nd", {7, 3}), "a\nb\n(2 more");
  EXPECT_EQ(fit("a\nb", {80, 1}), "(2 more; --once shows all)");
}

} // namespace
} // namespace tempest::cli
