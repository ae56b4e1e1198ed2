// How much is logged, and for how long another level counts.
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"

namespace tempest::base {
namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000;

struct a_log : testing::Test {
  a_log() { configure_log(log_level::warn, log_format::text); }
  ~a_log() override { configure_log(log_level::info, log_format::text); }
  static std::string level() {
    for (const auto one : {log_level::debug, log_level::info, log_level::warn, log_level::error}) {
      if (log_enabled(one)) return word(one);
    }
    return word(log_level::off);
  }
};

TEST_F(a_log, has_the_level_that_it_was_given) {
  EXPECT_EQ(level(), "warn");
  change_log_level(log_level::debug);
  EXPECT_EQ(level(), "debug");
  change_log_level(log_level::off);
  EXPECT_EQ(level(), "off");
}

TEST_F(a_log, has_another_one_for_a_while) {
  change_log_level(log_level::debug, 20'000'000);
  const std::int64_t limit_ns = steady_ns() + hour_ns;
  while (level() == "debug" && steady_ns() < limit_ns) std::this_thread::yield();
  EXPECT_EQ(level(), "warn");
}

TEST_F(a_log, keeps_the_usual_one_in_mind_however_often_another_is_wanted) {
  change_log_level(log_level::debug, hour_ns);
  EXPECT_EQ(level(), "debug");
  change_log_level(log_level::error, 1);
  const std::int64_t then_ns = steady_ns() + 1'000;
  while (steady_ns() < then_ns) std::this_thread::yield();
  EXPECT_EQ(level(), "warn");
}

TEST_F(a_log, forgets_the_while_when_a_level_is_meant_to_stay) {
  change_log_level(log_level::debug, hour_ns);
  change_log_level(log_level::error);
  EXPECT_EQ(level(), "error");
  change_log_level(log_level::debug, 1);
  const std::int64_t then_ns = steady_ns() + 1'000;
  while (steady_ns() < then_ns) std::this_thread::yield();
  EXPECT_EQ(level(), "error");
}

} // namespace
} // namespace tempest::base
