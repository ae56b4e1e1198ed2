#include "runtime/base/helper_process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/clock.hpp"

namespace tempest::base {
namespace {

constexpr std::int64_t ample_ns = 60'000'000'000;

TEST(a_helper_process, answers_and_is_heard) {
  helper_process one("/bin/sh",
                     {"-c", "echo \"$1\" >&3; echo aloud; echo loud >&2; exit 7", "sh", "a b"});
  ASSERT_EQ(one.fault(), "");
  EXPECT_TRUE(one.wait_until(steady_ns() + ample_ns));
  EXPECT_EQ(one.answer(), "a b\n");
  EXPECT_EQ(one.output(), "aloud\nloud\n");
  EXPECT_EQ(WEXITSTATUS(one.status()), 7);
}

TEST(a_helper_process, says_why_it_does_not_start) {
  EXPECT_EQ(helper_process("/no/such/program", {}).fault(), "No such file or directory");
}

TEST(a_helper_process, is_ended_when_it_neither_answers_nor_stops_talking) {
  helper_process one("/bin/sh", {"-c", "exec yes"});
  ASSERT_EQ(one.fault(), "");
  EXPECT_FALSE(one.wait_until(steady_ns() + 200'000'000));
  EXPECT_LE(one.output().size(), 4096u);
}

TEST(a_helper_process, holds_no_file_of_its_owner) {
  const int open = ::fcntl(STDERR_FILENO, F_DUPFD, 50);
  ASSERT_GE(open, 50);
  helper_process one("/bin/sh", {"-c", "test ! -e /proc/self/fd/" + std::to_string(open) +
                                           " && test -e /proc/self/fd/3 && echo none >&3"});
  EXPECT_TRUE(one.wait_until(steady_ns() + ample_ns));
  EXPECT_EQ(one.answer(), "none\n");
  ::close(open);
}

} // namespace
} // namespace tempest::base
