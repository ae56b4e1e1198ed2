// Files that cannot be read, and what is said of them.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/config/document.hpp"

namespace tempest::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class parse_file_of : public testing::Test {
 protected:
  parse_file_of() {
    char pattern[] = "/tmp/tempest-config-XXXXXX";
    folder_ = fs::canonical(::mkdtemp(pattern));
  }
  ~parse_file_of() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  // What is said behind "cannot read PATH: "; parse_file has to throw no_input.
  std::string refusal(const std::string& name) const {
    base::problems found;
    try {
      (void)parse_file(path(name), found);
    } catch (const base::failure& error) {
      EXPECT_EQ(error.code(), base::exit_code::no_input);
      const std::string beginning = "cannot read " + path(name) + ": ";
      const std::string said = error.what();
      return said.starts_with(beginning) ? said.substr(beginning.size()) : said;
    }
    return "it was read";
  }
  std::vector<std::string> problems_of(const std::string& text) const {
    write("T.toml", text);
    base::problems found;
    (void)parse_file(path("T.toml"), found);
    std::vector<std::string> lines;
    for (const base::problem& one : found) {
      EXPECT_EQ(one.where.file, path("T.toml"));
      lines.push_back(one.line().substr(folder_.string().size() + 1));
    }
    return lines;
  }

  fs::path folder_;
};

TEST_F(parse_file_of, a_name_without_a_file) {
  EXPECT_EQ(refusal("none.toml"), "there is no such file");
  write("file", "");
  EXPECT_EQ(refusal("file/T.toml"), "there is no such file");
  fs::create_symlink("loop", folder_ / "loop");
  EXPECT_EQ(refusal("loop"), "Too many levels of symbolic links");
}

TEST_F(parse_file_of, what_is_no_regular_file) {
  fs::create_directory(folder_ / "T.toml");
  EXPECT_EQ(refusal("T.toml"), "it is a folder");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal("pipe"), "it is not a regular file");
}

TEST_F(parse_file_of, a_huge_file) {
  write("huge.toml", std::string(10u << 20, '#'));
  EXPECT_EQ(refusal("huge.toml"), "it is larger than 256 KiB");
}

TEST_F(parse_file_of, binary_garbage) {
  EXPECT_THAT(problems_of(std::string("name = 'x'\n\x7f\x45LF\0\1", 18)),
              ElementsAre("T.toml:2:5: error: it holds a NUL byte; it is not a text file"));
  EXPECT_THAT(problems_of("name = '\xff\xfe'"),
              ElementsAre("T.toml:1:9: error: it is not UTF-8 text from here on"));
}

TEST_F(parse_file_of, a_sound_text_knows_its_folder) {
  EXPECT_THAT(problems_of("name = 'x'\r\n"), IsEmpty());
  base::problems found;
  const document parsed = parse_file(path("./T.toml"), found);
  EXPECT_EQ(parsed.folder, folder_.string());
  EXPECT_EQ(absolute_path(parsed.folder, "build/a.so"), path("build/a.so"));
}

} // namespace
} // namespace tempest::config
