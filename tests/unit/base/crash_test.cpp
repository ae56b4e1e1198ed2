#include "runtime/base/crash.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <thread>

namespace tempest::base {
namespace {

// By the signal, or by the sanitizer that took it.
auto killed_by(int signal) {
  return [signal](int status) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) return true;
#endif
    return WIFSIGNALED(status) && WTERMSIG(status) == signal;
  };
}

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
  EXPECT_EXIT(crash(SIGSEGV), killed_by(SIGSEGV),
              "error: task 'split' \\(/x/libtasks.so\\) crashed \\(Segmentation fault\\)");
  EXPECT_EXIT(crash(SIGFPE), killed_by(SIGFPE), "crashed \\(Floating point");
  EXPECT_EXIT(crash(SIGABRT), killed_by(SIGABRT), "crashed \\(Aborted\\)");
}

TEST_F(crash_report, does_not_blame_a_plugin_for_other_threads) {
  EXPECT_EXIT(
      {
        report_crashes();
        std::thread([] { const crash_subject subject("task 'split'"); }).join();
        std::raise(SIGSEGV);
      },
      killed_by(SIGSEGV), "error: Tempest crashed");
}

void crash_with(const tempest_batch& batch) {
  report_crashes();
  const crash_subject subject("task 'split'");
  crash_batch(&batch);
  std::raise(SIGSEGV);
}

TEST_F(crash_report, names_the_message_in_hand) {
  tempest_delivery deliveries[2]{};
  deliveries[1].id = {"order\n\x1b[1m-7", 12};
  tempest_batch batch{};
  batch.delivery_size = sizeof(tempest_delivery);
  batch.count = 2;
  batch.current = 1;
  batch.deliveries = deliveries;
  EXPECT_EXIT(crash_with(batch), killed_by(SIGSEGV),
              "task 'split' crashed \\(Segmentation fault\\) while it handled message "
              "'order\\?\\?.1m-7'\n");
  batch.current = 2; // nonsense from a plugin
  EXPECT_EXIT(crash_with(batch), killed_by(SIGSEGV),
              "task 'split' crashed \\(Segmentation fault\\)\n");
}

void leave_by(void (*way)(int)) {
  report_crashes();
  const crash_subject subject("task 'split'");
  way(3);
}

TEST_F(crash_report, names_who_ended_the_process) {
  EXPECT_EXIT(leave_by(std::exit), testing::ExitedWithCode(70),
              "error: task 'split' ended the process with exit\\(\\)");
  EXPECT_EXIT(leave_by(std::quick_exit), testing::ExitedWithCode(70), "task 'split' ended");
  EXPECT_EXIT(
      {
        report_crashes();
        std::exit(3);
      },
      testing::ExitedWithCode(3), "");
}

// A function that the compiler can neither flatten nor foresee.
int recurse(const volatile char* above) {
  volatile char room[4096];
  room[0] = above == nullptr ? 'a' : above[0];
  return room[0] == 'z' ? 0 : recurse(room) + room[0];
}

TEST_F(crash_report, tells_of_endless_recursion) {
  EXPECT_DEATH(
      {
        report_crashes();
        const crash_subject subject("task 'split'");
        std::exit(recurse(nullptr));
      },
      "task 'split' crashed \\(Segmentation fault\\)");
}

} // namespace
} // namespace tempest::base
