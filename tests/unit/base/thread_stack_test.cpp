#include "runtime/base/thread_stack.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

namespace tempest::base {
namespace {

std::atomic<bool> there{false};
std::atomic<bool> leave{false};

// In a loop of short sleeps, so that a sanitizer passes signals on.
__attribute__((noinline)) void stays_in_this_function_too() {
  there.store(true);
  while (!leave.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// A sanitizer's walk along the stack may miss the frame next to the system's.
__attribute__((noinline)) void stays_in_this_function() {
  stays_in_this_function_too();
  leave.load(); // so that the call is not the last thing
}

long resident_kb() {
  long all = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}

class stack_of_a_thread : public testing::Test {
 protected:
  // Of a thread that blocks the signals or not.
  static std::vector<void*> taken(bool blocks) {
    prepare_thread_stacks();
    there = leave = false;
    std::thread thread([blocks] {
      sigset_t all;
      sigfillset(&all);
      if (blocks) pthread_sigmask(SIG_BLOCK, &all, nullptr);
      stays_in_this_function();
      if (blocks) pthread_sigmask(SIG_UNBLOCK, &all, nullptr); // a late answer harms nobody
      leave = false;
      there = false;
      while (!leave.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    while (!there.load()) std::this_thread::yield();
    std::vector<void*> found = stack_of(thread.native_handle());
    for (int i = 0; i < 20 && found.empty() && !blocks; ++i) {
      found = stack_of(thread.native_handle()); // a busy machine may be late
    }
    leave = true;
    while (there.load()) std::this_thread::yield();
    leave = true;
    thread.join();
    return found;
  }
  static std::string stack(bool blocks) { return names_of_stack(taken(blocks)); }
};

// The first: what one in this process had cost would not be seen again.
TEST_F(stack_of_a_thread, costs_this_process_no_memory_when_it_is_named) {
  const std::vector<void*> found = taken(false);
  const long before = resident_kb();
  EXPECT_NE(names_of_stack(found), "");
  EXPECT_LT(resident_kb() - before, 4'000);
}

TEST_F(stack_of_a_thread, names_the_functions_that_it_is_in) {
  EXPECT_THAT(stack(false), testing::HasSubstr("stays_in_this_function"));
}

TEST_F(stack_of_a_thread, is_not_waited_for_long) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(stack(true), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_THAT(stack(false), testing::HasSubstr("stays_in_this_function")) << "the next one answers";
}

} // namespace
} // namespace tempest::base
