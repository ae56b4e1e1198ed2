#include "plugins/redis/lock_file.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

namespace redis {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class lock_file : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "tempest-lock-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(lock_file, gives_the_lowest_free_number) {
  const auto first = instance_number::take(folder_ / "state", "t");
  auto second = instance_number::take(folder_ / "state", "t");
  const auto third = instance_number::take(folder_ / "state", "t");
  EXPECT_THAT(first.name(), HasSubstr(":0-"));
  EXPECT_THAT(second.name(), HasSubstr(":1-"));
  EXPECT_THAT(third.name(), HasSubstr(":2-"));
  second = instance_number();
  EXPECT_THAT(instance_number::take(folder_ / "state", "t").name(), HasSubstr(":1-"));
  EXPECT_THAT(instance_number::take(folder_ / "state", "other").name(), HasSubstr(":0-"));
}

TEST_F(lock_file, a_name_is_the_same_again_and_that_of_no_other_folder) {
  const std::string name = instance_number::take(folder_ / "mine", "t").name();
  EXPECT_THAT(name, MatchesRegex(".+:0-[0-9a-f]{8}"));
  EXPECT_EQ(instance_number::take(folder_ / "mine", "t").name(), name);
  EXPECT_NE(instance_number::take(folder_ / "theirs", "t").name(), name);
  EXPECT_NE(instance_number::take(folder_ / "mine", "other").name(), name);
}

TEST_F(lock_file, draws_again_where_it_was_cut_off) {
  const std::filesystem::path file = folder_ / "t.0.lock";
  std::ofstream(file) << "12ab";
  const std::string name = instance_number::take(folder_, "t").name();
  EXPECT_THAT(name, MatchesRegex(".+:0-[0-9a-f]{8}"));
  EXPECT_EQ(instance_number::take(folder_, "t").name(), name);
  EXPECT_EQ(std::filesystem::file_size(file), 8U);
}

TEST_F(lock_file, a_crash_frees_the_number) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto taken = instance_number::take(folder_, "t");
    (void)!::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(instance_number::take(folder_, "t").name(), HasSubstr(":1-"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_THAT(instance_number::take(folder_, "t").name(), HasSubstr(":0-"));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(lock_file, says_what_to_do_when_the_folder_cannot_be_used) {
  try {
    (void)instance_number::take("/proc/nowhere", "t");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("state_folder"));
  }
}

TEST(file_name_of, keeps_only_what_a_file_name_may_hold) {
  EXPECT_EQ(file_name_of("a/b c:1_-.x"), "a_b_c_1_-.x");
}

} // namespace
} // namespace redis
