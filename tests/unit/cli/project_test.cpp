#include "cli/places/project.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

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

} // namespace
} // namespace tempest::cli
