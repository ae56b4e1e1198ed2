#include "cli/output/table.hpp"

#include <gtest/gtest.h>

#include "cli/output/number.hpp"

namespace tempest::cli {
namespace {

TEST(table, columns_are_as_wide_as_their_widest_cell) {
  EXPECT_EQ(table({{"NAME"}, {"N", align::right}, {"X"}}, {{"a", "10", "p"}, {"longer", "9", ""}}),
            "NAME     N  X\n"
            "a       10  p\n"
            "longer   9");
}

TEST(table, counts_code_points_and_not_bytes) {
  EXPECT_EQ(table({{"A"}, {"B"}}, {{"\xc3\xa4\xc3\xb6", "1"}, {"xyz", "2"}}),
            "A    B\n\xc3\xa4\xc3\xb6   1\nxyz  2");
}

TEST(table, wraps_the_last_column_at_spaces) {
  EXPECT_EQ(table({{"A"}, {"WHAT"}}, {{"x", "one two three four five six"}}, 24),
            "A  WHAT\n"
            "x  one two three four\n"
            "   five six");
}

TEST(table, does_not_wrap_when_there_is_no_room_for_it) {
  EXPECT_EQ(table({{"A"}, {"B"}}, {{"x", "one two"}}, 10), "A  B\nx  one two");
}

TEST(table, without_rows_shows_its_titles) {
  EXPECT_EQ(table({{"A"}, {"B"}}, {}), "A  B");
}

TEST(number, is_grouped_by_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(number, rates_keep_one_digit_when_small) {
  EXPECT_EQ(grouped_rate(0), "0");
  EXPECT_EQ(grouped_rate(0.42), "0.4");
  EXPECT_EQ(grouped_rate(1234.6), "1,235");
}

TEST(number, seconds_become_minutes_and_hours) {
  EXPECT_EQ(seconds_text(0), "0.0 s");
  EXPECT_EQ(seconds_text(0.0031), "4 ms");
  EXPECT_EQ(seconds_text(0.9981), "999 ms");
  EXPECT_EQ(seconds_text(0.9996), "1.0 s");
  EXPECT_EQ(seconds_text(75), "75.0 s");
  EXPECT_EQ(seconds_text(300), "5 min");
  EXPECT_EQ(seconds_text(7500), "2 h 5 min");
}

TEST(number, things_are_counted) {
  EXPECT_EQ(counted(1, "error"), "1 error");
  EXPECT_EQ(counted(2, "error"), "2 errors");
}

} // namespace
} // namespace tempest::cli
