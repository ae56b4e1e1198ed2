#include "runtime/base/helper_process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
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

// It has no id then, and to wait for -1, or to end that, would be for all processes. In a process
// of its own, which is ended long before its patience is.
TEST(a_helper_process, that_did_not_start_is_not_waited_for) {
  const pid_t apart = ::fork();
  if (apart == 0) {
    const pid_t other = ::fork();
    if (other == 0) ::_exit(7);
    helper_process one("/no/such/program", {});
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(other), &ended, WEXITED | WNOWAIT);
    const bool returned = one.wait_until(steady_ns() + 3'600'000'000'000);
    int status = 0;
    const bool is_left = ::waitpid(other, &status, WNOHANG) == other;
    ::_exit(returned && is_left && WEXITSTATUS(status) == 7 ? 0 : 1);
  }
  int status = 0;
  const std::int64_t deadline = steady_ns() + ample_ns;
  while (::waitpid(apart, &status, WNOHANG) == 0) {
    if (steady_ns() > deadline) ::kill(apart, SIGKILL);
    ::usleep(1000);
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
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
