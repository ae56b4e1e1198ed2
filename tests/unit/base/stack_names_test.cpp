#include "runtime/base/stack_names.hpp"

#include <gmock/gmock.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

namespace tempest::base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

const std::string program = STACK_NAMES;

__attribute__((noinline)) int a_function_that_is_not_exported(int given) {
  return given + 1;
}
void* in_this_file() {
  return reinterpret_cast<char*>(reinterpret_cast<void*>(a_function_that_is_not_exported)) + 1;
}
void* in_libc() {
  return reinterpret_cast<char*>(reinterpret_cast<void*>(::getppid)) + 1;
}

long resident_kb() {
  long all = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}

// The first: what one in this process had cost would not be seen again.
TEST(names_of_stacks_, cost_this_process_no_memory) {
  const long before = resident_kb();
  EXPECT_THAT(names_of_stacks({{in_libc(), in_this_file()}}, program),
              ElementsAre(HasSubstr(" < ")));
  EXPECT_LT(resident_kb() - before, 4'000);
}

TEST(names_of_stacks_, are_of_functions_in_any_file_exported_or_not) {
  const std::string here = ".*a_function_that_is_not_exported(\\(int\\))? \\([^/]+\\)";
  const std::string libc =
      "getppid \\([^/]+\\)"; // with the place in its source where that is known
  EXPECT_THAT(names_of_stacks({{in_this_file(), in_libc()}, {in_libc()}, {}}, program),
              ElementsAre(MatchesRegex(here + " < " + libc), MatchesRegex(libc), ""));
}

TEST(names_of_stacks_, are_places_where_no_name_is_known) {
  EXPECT_THAT(names_of_stacks({{reinterpret_cast<void*>(std::uintptr_t{1})}}, program),
              ElementsAre("0x1"));
  EXPECT_THAT(names_of_stacks({{in_libc()}}, "/bin/false"),
              ElementsAre(MatchesRegex("0x[0-9a-f]+ \\(libc\\.so\\.6\\)")));
  EXPECT_THAT(names_of_stacks({{in_libc()}}, "/no/such/program"),
              ElementsAre(MatchesRegex("0x[0-9a-f]+ \\(libc\\.so\\.6\\)")));
}

TEST(names_of_stacks_, call_nothing_that_a_library_registered_for_forks) {
  static std::atomic<int> called{0};
  ASSERT_EQ(::pthread_atfork([] { ++called; }, [] { ++called; }, [] { ++called; }), 0);
  EXPECT_THAT(names_of_stacks({{in_libc()}}, program), ElementsAre(StartsWith("getppid")));
  EXPECT_EQ(called, 0);
}

TEST(names_of_stacks_, are_found_when_the_ends_of_processes_are_ignored) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  EXPECT_THAT(names_of_stacks({{in_libc()}}, program), ElementsAre(StartsWith("getppid")));
  ::signal(SIGCHLD, before);
}

TEST(names_of_stacks_, are_found_when_others_wait_for_every_process) {
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done.load()) {
      if (::wait(nullptr) < 0) std::this_thread::yield();
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(names_of_stacks({{in_libc()}}, program), ElementsAre(StartsWith("getppid")));
  }
  done.store(true);
  other.join();
}

} // namespace
} // namespace tempest::base
