#include "cli/scaffold/templates.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "cli/scaffold/write.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli::scaffold {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class templates : public testing::Test {
 protected:
  templates() {
    char pattern[] = "/tmp/tempest-templates-XXXXXX";
    folder = ::mkdtemp(pattern);
  }
  ~templates() override { fs::remove_all(folder); }

  void put(const std::string& path, const std::string& content) {
    write(folder, {{path, content}});
  }

  std::string folder;
};

TEST_F(templates, are_the_folders_with_a_manifest) {
  put("b/template.toml", "summary = \"B\"");
  put("a/template.toml", "summary = \"A\"");
  put("not_one/file", "");
  EXPECT_THAT(template_names(folder), ElementsAre("a", "b"));
}

TEST_F(templates, hold_their_files_without_the_manifest_and_neutral_endings) {
  put("a/template.toml",
      "summary = \"A\"\n[[variable]]\nname = \"n\"\nhelp = \"h\"\ndefault = \"$${X:-1}\"");
  put("a/.gitignore.in", "/build/\n");
  put("a/src/x.cpp", "{{n}}");
  const manifest read = read_template(folder, "a");
  EXPECT_EQ(read.summary, "A");
  ASSERT_EQ(read.variables.size(), 1u);
  EXPECT_EQ(read.variables[0].default_value, "${X:-1}");
  ASSERT_EQ(read.files.size(), 2u);
  EXPECT_EQ(read.files[0].path, ".gitignore");
  EXPECT_EQ(read.files[1].path, "src/x.cpp");
}

TEST_F(templates, get_the_common_files_that_they_have_no_own_of) {
  put("common/CMakeLists.txt", "common");
  put("common/.gitignore.in", "common");
  put("a/template.toml", "summary = \"A\"");
  put("a/.gitignore.in", "own");
  EXPECT_THAT(template_names(folder), ElementsAre("a"));
  const manifest read = read_template(folder, "a");
  ASSERT_EQ(read.files.size(), 2u);
  EXPECT_EQ(read.files[0].content, "own");
  EXPECT_EQ(read.files[1].path, "CMakeLists.txt");
  EXPECT_EQ(read.files[1].content, "common");
}

TEST_F(templates, an_unknown_one_is_missing_input_with_the_nearest_name) {
  put("default/template.toml", "summary = \"A\"");
  try {
    (void)read_template(folder, "defualt");
    FAIL();
  } catch (const base::failure& error) {
    EXPECT_EQ(error.code(), base::exit_code::no_input);
    EXPECT_THAT(error.what(), HasSubstr("did you mean default?"));
  }
}

TEST_F(templates, a_broken_manifest_is_named) {
  put("a/template.toml", "summary = 3");
  EXPECT_THROW((void)read_template(folder, "a"), base::failure);
}

TEST_F(templates, existing_files_are_found_before_anything_is_written) {
  put("p/a", "old");
  EXPECT_THAT(existing(folder + "/p", {{"a", ""}, {"b", ""}}), ElementsAre("a"));
}

} // namespace
} // namespace tempest::cli::scaffold
