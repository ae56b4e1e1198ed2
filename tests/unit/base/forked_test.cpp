#include "runtime/base/forked.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

namespace tempest::base {
namespace {

constexpr auto ample = std::chrono::seconds(60);

TEST(in_a_fork_, yields_what_the_work_returns) {
  EXPECT_EQ(in_a_fork([] { return std::string("found"); }, ample), "found");
  const std::string more_than_a_pipe_holds(1'000'000, 'x');
  EXPECT_EQ(in_a_fork([&] { return more_than_a_pipe_holds; }, ample), more_than_a_pipe_holds);
}

TEST(in_a_fork_, leaves_this_process_as_it_was) {
  int changed = 0;
  EXPECT_EQ(in_a_fork([&] { return std::to_string(++changed); }, ample), "1");
  EXPECT_EQ(changed, 0);
}

TEST(in_a_fork_, yields_nothing_when_the_work_fails) {
  EXPECT_EQ(in_a_fork([]() -> std::string { throw std::runtime_error("no"); }, ample), "");
  const auto dies = [] {
    static_cast<void>(::raise(SIGKILL));
    return std::string("alive");
  };
  EXPECT_EQ(in_a_fork(dies, ample), "");
}

TEST(in_a_fork_, does_not_wait_for_ever) {
  const auto start = std::chrono::steady_clock::now();
  const auto lasts = [] {
    std::this_thread::sleep_for(ample);
    return std::string("late");
  };
  EXPECT_EQ(in_a_fork(lasts, std::chrono::milliseconds(50)), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, ample / 2);
}

TEST(in_a_fork_, holds_no_file_of_its_owner) {
  const auto count = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd"); // itself open
    return std::to_string(std::distance(begin(all), end(all)));
  };
  EXPECT_EQ(in_a_fork(count, ample), "2");
}

} // namespace
} // namespace tempest::base
