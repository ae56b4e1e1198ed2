// Paths with wildcards.
#include "plugins/file/path_pattern.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/plugins/shipped/reading.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace file_lines {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(path_pattern_test, what_is_a_pattern) {
  EXPECT_TRUE(is_pattern("/no such/*.log"));
  EXPECT_TRUE(is_pattern("log.?"));
  EXPECT_TRUE(is_pattern("log.[0-9]"));
  EXPECT_FALSE(is_pattern("-"));
  EXPECT_FALSE(is_pattern("/var/log/syslog"));
  EXPECT_FALSE(is_pattern("what\\*"));
}

TEST(path_pattern_test, a_file_may_be_called_like_a_pattern) {
  const tempest::test::scratch_folder folder;
  EXPECT_FALSE(is_pattern(folder.write("a[1].csv", "x\n")));
}

TEST(path_pattern_test, files_come_sorted_and_folders_not_at_all) {
  const tempest::test::scratch_folder folder;
  const std::string b = folder.write("b.log", "2\n");
  const std::string a = folder.write("a.log", "1\n");
  folder.write("c.txt", "");
  std::filesystem::create_directory(folder / "d.log");
  EXPECT_THAT(files_matching(folder / "*.log"), ElementsAre(a, b));
  EXPECT_THAT(files_matching(folder / "*.xml"), ElementsAre());
  EXPECT_EQ(folder_of(a) + "/a.log", a);
  EXPECT_EQ(folder_of("a"), ".");
}

TEST(path_pattern_test, each_match_is_read_once) {
  const tempest::test::scratch_folder folder;
  const std::string b = folder.write("b.log", "2\n");
  folder.write("a.log", "1\n");
  list_reader from({b, folder / "*.log", folder / "?.log"});
  from.read();
  EXPECT_THAT(from.lines, ElementsAre("1:2", "1:1"));
}

TEST(path_pattern_test, a_pattern_that_matches_nothing_is_an_error) {
  try {
    list_reader from({"/no such/*.log"});
    ADD_FAILURE() << "it matches";
  } catch (const unreadable& why) {
    EXPECT_THAT(why.what(), HasSubstr("'/no such/*.log': no file matches this pattern"));
  }
}

} // namespace
} // namespace file_lines
