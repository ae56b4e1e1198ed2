#include "runtime/config/units.hpp"

#include <gmock/gmock.h>

namespace tempest::config {
namespace {

using testing::Eq;
using testing::Optional;

struct example {
  const char* text;
  std::optional<std::int64_t> wanted;
};

TEST(durations, are_read_as_people_write_them) {
  const example examples[] = {{"0", 0},
                              {"250", 250},
                              {"250ms", 250},
                              {"30s", 30'000},
                              {"5m", 300'000},
                              {"1h", 3'600'000},
                              {"2d", 172'800'000},
                              {"1.5s", 1500},
                              {"0.1s", 100},
                              {"30 s", 30'000},
                              {"", std::nullopt},
                              {"s", std::nullopt},
                              {"-1s", std::nullopt},
                              {"-5", std::nullopt},
                              {"30S", std::nullopt},
                              {"30s ", std::nullopt},
                              {"1e3s", std::nullopt},
                              {"nans", std::nullopt},
                              {"infs", std::nullopt},
                              {"99999999999999999999d", std::nullopt},
                              {"1h30m", std::nullopt},
                              {"+5s", std::nullopt}};
  for (const example& one : examples)
    EXPECT_EQ(parse_duration_ms(one.text), one.wanted) << one.text;
}

TEST(sizes, are_read_as_people_write_them) {
  const example examples[] = {{"512", 512},
                              {"512B", 512},
                              {"10kB", 10'000},
                              {"10KB", 10'000},
                              {"1MB", 1'000'000},
                              {"64MiB", 64 << 20},
                              {"1.5GiB", 3ll << 29},
                              {"2TiB", 2ll << 40},
                              {"1 KiB", 1024},
                              {"-1B", std::nullopt},
                              {"64mib", std::nullopt},
                              {"64Mi", std::nullopt},
                              {"", std::nullopt},
                              {"9999999999TiB", std::nullopt}};
  for (const example& one : examples) EXPECT_EQ(parse_size_bytes(one.text), one.wanted) << one.text;
}

TEST(numbers, are_the_whole_text_or_nothing) {
  EXPECT_THAT(parse_integer("-42"), Optional(Eq(-42)));
  EXPECT_EQ(parse_integer("4 "), std::nullopt);
  EXPECT_EQ(parse_integer(""), std::nullopt);
  EXPECT_EQ(parse_integer("9223372036854775808"), std::nullopt);
  EXPECT_THAT(parse_number("0.5"), Optional(Eq(0.5)));
  EXPECT_EQ(parse_number("nan"), std::nullopt);
  EXPECT_EQ(parse_number("1.5x"), std::nullopt);
}

} // namespace
} // namespace tempest::config
