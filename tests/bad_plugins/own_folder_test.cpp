// An installation finds its own parts wherever it was put.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/unit/plugin/temporary_folder.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

class own_folder_of : public testing::Test {
 protected:
  own_folder_of() {
    root_ = fs::canonical(folder_.path("")).string();
    fs::create_directories(root_ + "/prefix/bin");
    fs::copy_file(OWN_FOLDER_PROGRAM, root_ + "/prefix/bin/tempest");
  }
  void install(const std::string& folder) {
    fs::create_directories(root_ + folder);
    std::ofstream(root_ + folder + "/tempest-probe") << "stands for the helper";
  }
  // What the program there says, called as a user might.
  std::string say(const std::string& command) {
    FILE* const output = popen(("cd " + root_ + " && " + command).c_str(), "r");
    std::array<char, 4096> text{};
    const std::size_t length = fread(text.data(), 1, text.size(), output);
    EXPECT_EQ(pclose(output), 0);
    return {text.data(), length};
  }

  temporary_folder folder_;
  std::string root_;
};

TEST_F(own_folder_of, an_installation) {
  install("/prefix/" LIB_FOLDER "/tempest");
  const std::string expected = root_ + "/prefix/" LIB_FOLDER "/tempest\n";
  EXPECT_EQ(say("prefix/bin/tempest"), expected);
  EXPECT_EQ(say("PATH=$PWD/prefix/bin tempest"), expected);
  fs::create_symlink(root_ + "/prefix/bin/tempest", root_ + "/link");
  EXPECT_EQ(say("./link"), expected);
  fs::rename(root_ + "/prefix", root_ + "/moved");
  EXPECT_EQ(say("moved/bin/tempest"), root_ + "/moved/" LIB_FOLDER "/tempest\n");
}

TEST_F(own_folder_of, a_build_tree) {
  install("/prefix/lib/tempest");
  EXPECT_EQ(say("prefix/bin/tempest"), root_ + "/prefix/lib/tempest\n");
}

TEST_F(own_folder_of, a_damaged_installation_is_where_it_should_be) {
  EXPECT_EQ(say("prefix/bin/tempest"), root_ + "/prefix/" LIB_FOLDER "/tempest\n");
}

} // namespace
} // namespace tempest::plugin
