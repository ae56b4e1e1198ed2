#include "runtime/base/thread_stack.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

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

class stack_of_a_thread : public testing::Test {
 protected:
  // Of a thread that blocks the signals or not.
  static stack taken(bool blocks) {
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
    stack found = stack_of(thread.native_handle());
    for (int i = 0; i < 20 && found.empty() && !blocks; ++i) {
      found = stack_of(thread.native_handle()); // a busy machine may be late
    }
    leave = true;
    while (there.load()) std::this_thread::yield();
    leave = true;
    thread.join();
    return found;
  }
};

TEST_F(stack_of_a_thread, begins_where_it_is) {
  const std::vector<std::string> names = names_of_stacks({taken(false)}, STACK_NAMES);
  EXPECT_THAT(names, testing::ElementsAre(testing::HasSubstr("stays_in_this_function")));
#ifndef __SANITIZE_THREAD__ // which hands signals on from a place of its own
  EXPECT_THAT(names, testing::ElementsAre(testing::Not(testing::HasSubstr("thread_stack.cpp"))));
  EXPECT_THAT(names, testing::ElementsAre(testing::Not(testing::HasSubstr("answer("))));
#endif
}

TEST_F(stack_of_a_thread, is_not_waited_for_long) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(taken(true).empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_FALSE(taken(false).empty()) << "the next one answers";
}

} // namespace
} // namespace tempest::base
