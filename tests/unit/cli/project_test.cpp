#include "cli/places/project.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class project : public testing::Test {
 protected:
  project() {
    char pattern[] = "/tmp/tempest-project-XXXXXX";
    root = fs::canonical(::mkdtemp(pattern));
    fs::create_directories(root / "src/deep");
  }
  ~project() override { fs::remove_all(root); }
  void topology(const std::string& text) { std::ofstream(root / "Topology.toml") << text; }
  fs::path root;
};

TEST_F(project, is_found_from_a_folder_deep_inside) {
  topology("");
  EXPECT_EQ(find_project((root / "src/deep").string()), root.string());
  EXPECT_EQ(find_project(root.string()), root.string());
}

TEST_F(project, is_nothing_where_there_is_none) {
  EXPECT_EQ(find_project((root / "src").string()), std::nullopt);
}

TEST_F(project, names_its_libraries_once_and_absolute) {
  topology(R"([topology]
library = "build/libt.so"
[[task]]
name = "a"
library = "build/liba.so"
[[task]]
name = "b"
library = "build/liba.so"
[[task]]
name = "c"
)");
  EXPECT_THAT(named_libraries(root.string()),
              ElementsAre((root / "build/libt.so").string(), (root / "build/liba.so").string()));
}

TEST_F(project, a_broken_file_names_nothing) {
  topology("[[[");
  EXPECT_THAT(named_libraries(root.string()), IsEmpty());
  topology("task = 3");
  EXPECT_THAT(named_libraries(root.string()), IsEmpty());
}

TEST(parse_settings, split_at_the_first_equals_sign) {
  const auto settings = parse_settings({"source.config.uri=a=b"});
  ASSERT_EQ(settings.size(), 1u);
  EXPECT_EQ(settings[0].key, "source.config.uri");
  EXPECT_EQ(settings[0].value, "a=b");
}

TEST(parse_settings, a_refusal_does_not_repeat_what_may_be_a_secret) {
  try {
    (void)parse_settings({"hunter2"});
    FAIL();
  } catch (const base::failure& error) {
    EXPECT_EQ(error.code(), base::exit_code::usage);
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

} // namespace
} // namespace tempest::cli
