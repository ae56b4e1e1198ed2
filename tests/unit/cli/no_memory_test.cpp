// What the command says when there is no memory, without asking for any.
#include <gmock/gmock.h>

#include "cli/command_line.hpp"
#include "tests/support/allocations.hpp"

namespace tempest::cli {
namespace {

TEST(no_memory, is_said_and_is_no_defect) {
  const std::vector<std::string> words{"--version"};
  testing::internal::CaptureStderr();
  int code = 0;
  {
    const test::no_memory now;
    code = run_command_line(words);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::StartsWith("error: there is no memory to be had"));
  EXPECT_EQ(code, 70);
}

} // namespace
} // namespace tempest::cli
