// Numbers as people read them.
#include "cli/output/number.hpp"

#include <gtest/gtest.h>

namespace tempest::cli {
namespace {

TEST(a_short_duration, has_the_unit_that_fits) {
  EXPECT_EQ(short_duration(0), "0");
  EXPECT_EQ(short_duration(0.5e-6), "0.5 us");
  EXPECT_EQ(short_duration(12e-6), "12 us");
  EXPECT_EQ(short_duration(0.9999e-3), "1.0 ms");
  EXPECT_EQ(short_duration(1.5e-3), "1.5 ms");
  EXPECT_EQ(short_duration(0.9999), "1.0 s");
  EXPECT_EQ(short_duration(30), "30 s");
  EXPECT_EQ(short_duration(600), "10 min");
}

TEST(bytes, have_the_unit_that_fits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1024), "1 KiB");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(256ull << 20), "256 MiB");
  EXPECT_EQ(bytes_text(~0ull), "16777216 TiB");
}

} // namespace
} // namespace tempest::cli
