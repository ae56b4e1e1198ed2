#include "runtime/base/crash.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace tempest::base {
namespace {

class crash_report : public testing::Test {
 protected:
  crash_report() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

void crash(int signal) {
  report_crashes();
  const crash_subject subject("task 'split' (/x/libtasks.so)");
  std::raise(signal);
}

TEST_F(crash_report, names_what_the_thread_ran) {
  EXPECT_EXIT(crash(SIGSEGV), testing::KilledBySignal(SIGSEGV),
              "error: task 'split' \\(/x/libtasks.so\\) crashed \\(Segmentation fault\\)");
  EXPECT_EXIT(crash(SIGFPE), testing::KilledBySignal(SIGFPE), "crashed \\(Floating point");
  EXPECT_EXIT(crash(SIGABRT), testing::KilledBySignal(SIGABRT), "crashed \\(Aborted\\)");
}

TEST_F(crash_report, does_not_blame_a_plugin_for_other_threads) {
  EXPECT_EXIT(
      {
        report_crashes();
        std::thread([] { const crash_subject subject("task 'split'"); }).join();
        std::raise(SIGSEGV);
      },
      testing::KilledBySignal(SIGSEGV), "error: Tempest crashed");
}

} // namespace
} // namespace tempest::base
