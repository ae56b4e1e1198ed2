#include "cli/project_build/plugins.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "cli/project_build/build_log.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class published : public testing::Test {
 protected:
  published() {
    char pattern[] = "/tmp/tempest-published-XXXXXX";
    root = ::mkdtemp(pattern);
    fs::create_directory(root / "objects");
    fs::create_directory(root / "build");
  }
  ~published() override { fs::remove_all(root); }

  void put(const std::string& path, const std::string& content) {
    std::ofstream(root / path) << content;
  }
  std::string get(const std::string& path) {
    std::ifstream stream(root / path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::vector<std::string> publish() {
    return publish_plugins((root / "objects").string(), (root / "build").string());
  }

  fs::path root;
};

TEST_F(published, libraries_are_copied_and_nothing_else) {
  put("objects/liba.so", "1");
  put("objects/a.o", "x");
  EXPECT_THAT(publish(), ElementsAre("liba.so"));
  EXPECT_EQ(get("build/liba.so"), "1");
  EXPECT_FALSE(fs::exists(root / "build/a.o"));
}

TEST_F(published, the_other_flavour_replaces_them) {
  put("objects/liba.so", "1");
  publish();
  put("objects/liba.so", "2");
  publish();
  EXPECT_EQ(get("build/liba.so"), "2");
}

TEST_F(published, an_unchanged_library_stays_the_same_file) {
  put("objects/liba.so", "1");
  publish();
  const auto before = fs::last_write_time(root / "build/liba.so");
  fs::last_write_time(root / "objects/liba.so", before + std::chrono::hours{1});
  publish();
  EXPECT_EQ(fs::last_write_time(root / "build/liba.so"), before);
}

TEST_F(published, what_is_no_longer_built_goes_and_what_others_put_there_stays) {
  put("objects/liba.so", "1");
  put("build/libother.so", "theirs");
  publish();
  fs::remove(root / "objects/liba.so");
  put("objects/libb.so", "1");
  publish();
  EXPECT_FALSE(fs::exists(root / "build/liba.so"));
  EXPECT_TRUE(fs::exists(root / "build/libb.so"));
  EXPECT_TRUE(fs::exists(root / "build/libother.so"));
  unpublish_plugins((root / "build").string());
  EXPECT_FALSE(fs::exists(root / "build/libb.so"));
  EXPECT_TRUE(fs::exists(root / "build/libother.so"));
}

TEST(build_log, tells_progress_from_warnings) {
  for (const char* line : {"[3/10] Building CXX object a.o", "[ 50%] Building",
                           "ninja: no work to do.", "make[2]: Nothing to be done", ""}) {
    EXPECT_TRUE(is_progress_line(line)) << line;
  }
  for (const char* line : {"a.cpp:1:2: warning: unused", "[-Wunused]", "[x] y"}) {
    EXPECT_FALSE(is_progress_line(line)) << line;
  }
}

} // namespace
} // namespace tempest::cli
