// The file that a state is kept in: replaced as a whole, and one process has it.
#include "plugins/file/state_file.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <string>

#include "tests/unit/plugins/shipped/few_descriptors.hpp"
#include "tests/unit/plugins/shipped/full_disk.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace file_lines {
namespace {

using testing::HasSubstr;

class state_file_test : public testing::Test {
 protected:
  tempest::test::scratch_folder folder_;
};

TEST_F(state_file_test, its_folders_are_made_and_what_was_written_is_read) {
  const state_file file(folder_ / "a/b/state");
  EXPECT_EQ(file.read(), std::nullopt);
  file.write("one");
  file.write("two");
  EXPECT_EQ(file.read(), "two");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a/b/state.new"));
}

TEST_F(state_file_test, a_second_one_is_told_who_has_it) {
  const std::string path = folder_ / "state";
  {
    const state_file first(path);
    try {
      const state_file second(path);
      FAIL() << "two have it";
    } catch (const std::runtime_error& why) {
      EXPECT_THAT(why.what(), HasSubstr("state' is in use by process " +
                                        std::to_string(::getpid()) + ": end that one first"));
    }
  }
  const state_file next(path);
}

TEST_F(state_file_test, a_link_stays_one) {
  folder_.write("real", "");
  std::filesystem::create_symlink(folder_ / "real", folder_ / "state");
  state_file(folder_ / "state").write("text");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "state"));
  EXPECT_EQ(folder_.read("real"), "text");
}

TEST_F(state_file_test, a_link_to_what_is_not_there_yet_stays_one) {
  std::filesystem::create_symlink("disk/real", folder_ / "link");
  std::filesystem::create_symlink("link", folder_ / "state");
  state_file(folder_ / "state").write("text");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "state"));
  EXPECT_EQ(folder_.read("disk/real"), "text");
}

TEST_F(state_file_test, what_cannot_be_written_leaves_what_was) {
  const state_file file(folder_ / "state");
  file.write("good");
  {
    const tempest::test::full_disk disk(100);
    EXPECT_THROW(file.write(std::string(1000, 'x')), std::runtime_error);
  }
  EXPECT_EQ(file.read(), "good");
  file.write("better");
  EXPECT_EQ(file.read(), "better");
}

TEST_F(state_file_test, it_is_written_when_all_descriptors_are_in_use) {
  const state_file file(folder_ / "state");
  {
    tempest::test::few_descriptors limit(64);
    limit.use_up();
    for (const char* const text : {"one", "two"}) {
      EXPECT_NO_THROW(file.write(text));
      EXPECT_EQ(folder_.read("state"), "") << "a descriptor was left";
    }
  }
  EXPECT_EQ(file.read(), "two");
}

} // namespace
} // namespace file_lines
