#include <tempest/source_pause.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace tempest {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(a_source_pause, ends_at_its_time) {
  source_pause one;
  const auto until = steady_clock::now() + milliseconds(5);
  EXPECT_FALSE(one.wait(until));
  EXPECT_GE(steady_clock::now(), until);
}

TEST(a_source_pause, ends_when_it_is_interrupted) {
  source_pause one;
  std::thread host([&] { one.interrupt(); });
  EXPECT_TRUE(one.wait(steady_clock::now() + hours(1)));
  host.join();
}

TEST(a_source_pause, remembers_an_interruption_once) {
  source_pause one;
  one.interrupt();
  one.interrupt();
  EXPECT_TRUE(one.wait(steady_clock::now() + hours(1)));
  EXPECT_FALSE(one.wait(steady_clock::now()));
}

} // namespace
} // namespace tempest
