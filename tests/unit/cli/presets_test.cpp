#include "cli/project_build/presets.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;

class presets : public testing::Test {
 protected:
  presets() {
    char pattern[] = "/tmp/tempest-presets-XXXXXX";
    project = ::mkdtemp(pattern);
  }
  ~presets() override { fs::remove_all(project); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(project / name) << text;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream stream(project / name);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  void restore() { restore_user_presets(project.string(), "/opt/tempest"); }

  fs::path project;
};

TEST_F(presets, come_back_where_the_project_reads_them) {
  write("CMakeLists.txt", "file(READ CMakeUserPresets.json presets)\n");
  restore();
  EXPECT_EQ(read(user_presets_file), user_presets("/opt/tempest"));
  EXPECT_NE(read(user_presets_file).find(R"("Tempest_ROOT": "/opt/tempest")"), std::string::npos);
}

TEST_F(presets, that_are_there_stay) {
  write("CMakeLists.txt", "file(READ CMakeUserPresets.json presets)\n");
  write(user_presets_file, "mine");
  restore();
  EXPECT_EQ(read(user_presets_file), "mine");
}

TEST_F(presets, are_not_forced_on_a_project_that_does_without) {
  write("CMakeLists.txt", "find_package(Tempest REQUIRED)\n");
  restore();
  EXPECT_FALSE(fs::exists(project / user_presets_file));
}

TEST(user_presets, quote_what_json_cannot_hold) {
  EXPECT_NE(user_presets("/a\"b").find(R"(/a\"b)"), std::string::npos);
}

} // namespace
} // namespace tempest::cli
