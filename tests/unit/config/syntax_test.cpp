// Texts that are no TOML, and texts meant to break a parser: a clear line, never a crash or a wait.
#include "runtime/config/text_check.hpp"
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(a_syntax_error, is_said_alone_with_its_place) {
  struct example {
    std::string text;
    std::string wanted;
  };
  const example examples[] = {{"name = 'x'\nsource", "T.toml:2:"},
                              {"name = \n", "T.toml:1:"},
                              {"name = 'x'\nname = 'y'\n", "T.toml:2:"},
                              {"name = 'x", "T.toml:1:"},
                              {"a = [1, 2\n\n", "T.toml:"},
                              {"a = 012", "T.toml:1:"},
                              {"a = { b = 1,\nc = 2 }", "T.toml:1:"},
                              {"[a]\n[a]\n", "T.toml:2:"},
                              {"[a\nb = 1", "T.toml:1:"},
                              {"a = \"\\q\"", "T.toml:1:"},
                              {"a = 99999999999999999999", "T.toml:1:"},
                              {"a = yes", "T.toml:1:"},
                              {"a.b = 1\na = 2", "T.toml:2:"}};
  for (const example& one : examples) {
    const auto found = read(one.text).found;
    ASSERT_EQ(found.size(), 1u) << one.text << "\n" << testing::PrintToString(found);
    EXPECT_THAT(found[0],
                AllOf(StartsWith(one.wanted), HasSubstr(": error: "), Not(HasSubstr("toml::"))))
        << one.text;
  }
}

TEST(a_syntax_error, names_the_kind_of_slip) {
  EXPECT_THAT(read("a = 1\na = 2").found,
              ElementsAre(HasSubstr("it stands twice: a key or table of this name was given")));
  EXPECT_THAT(read("a = 'x").found, ElementsAre(HasSubstr("this string is not closed")));
  EXPECT_THAT(read("a = nonsense").found, ElementsAre(HasSubstr("here should be a value")));
  EXPECT_THAT(read("nonsense").found, ElementsAre(HasSubstr("here should be: key = value")));
  EXPECT_THAT(read("a = 012").found, ElementsAre(HasSubstr("must not begin with 0")));
}

TEST(a_secret, is_in_no_problem) {
  for (const char* line :
       {"auth_token = \"hunter2", "auth_token = hunter2", "auth_token = 'hunter2' x",
        "auth_token = 'hunter2'\nauth_token = 'hunter2'", "auth_token = \"hunter2\\q\"",
        "auth_token = 'hunter2'", "auth_token = '$hunter2'", "auth_token = '${hunter2 x}'",
        "auth_token = ['hunter2'", "source.config = {password = 'hunter2'",
        "[source.config]\npassword = \"\"\"hunter2", "name = 1\n[source]\ntype = ['hunter2']\n",
        "password = 'hunter2'", "auth_token = hunter2 = 'hunter2'",
        "auth_token = \"hunter2\"hunter2", "auth_token = \xffhunter2"}) {
    const auto found = read(line).found;
    EXPECT_FALSE(found.empty()) << line;
    for (const std::string& one : found) EXPECT_THAT(one, Not(HasSubstr("hunter2"))) << line;
  }
}

TEST(bytes_that_are_no_text, are_named_with_their_place) {
  EXPECT_THAT(read(std::string("name = 'x'\na\0b = 1", 17)).found,
              ElementsAre("T.toml:2:2: error: it holds a NUL byte; it is not a text file"));
  EXPECT_THAT(read("name = 'x'\n# caf\xe9\n").found,
              ElementsAre("T.toml:2:6: error: it is not UTF-8 text from here on"));
  EXPECT_THAT(read(whole("\xef\xbb\xbfname = 'caf\xc3\xa9'\r\n# ok\r\n")).found,
              testing::IsEmpty());
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(endless_nesting, is_refused) {
  const auto deep = ElementsAre(HasSubstr("nested more than 100 deep"));
  EXPECT_THAT(read("a = " + repeated("[", 8'000)).found, deep);
  EXPECT_THAT(read("a = " + repeated("{a=", 2'000)).found, deep);
  EXPECT_THAT(read("a" + repeated(".a", 4'000) + " = 1").found, deep);
  EXPECT_THAT(read("[a" + repeated(".'a'", 2'000) + "]").found, deep);
  // Brackets in comments and strings, and many numbers in a row, are no nesting.
  const std::string harmless =
      "name = 'x'\n" + repeated("# [ {\n", 200) + "[source.config]\na = '" + repeated("[", 200) +
      "'\nb = \"\"\"" + repeated("{\n\\\"", 200) + "\"\"\"\nc = [" + repeated("1.5, ", 200) + "]\n";
  EXPECT_THAT(read(harmless + "[[task]]\nname='a'\n[[source.x]]").found,
              testing::Each(Not(HasSubstr("nested"))));
}

TEST(large_files, are_read_in_time) {
  const std::string numbers = whole("name = 'x'\nunused = [" + repeated("1,", 2'000) + "1]");
  EXPECT_EQ(read(numbers).found.size(), 1u);
  EXPECT_EQ(read(whole("name = 'x'\n" + std::string(8'000, 'n') + " = 1")).found.size(), 1u);
  EXPECT_THAT(read("name = 'x'\na = [" + repeated("1,", 5000) + "]").found,
              ElementsAre("T.toml:2:1: error: this line is longer than 8 KiB"));
  std::string tasks;
  for (int i = 1; i < 200; ++i) {
    const std::string n = std::to_string(i), before = std::to_string(i - 1);
    tasks +=
        "[[task]]\nname = 't" + n + "'\n[[edge]]\nfrom = 't" + before + "'\nto = 't" + n + "'\n";
  }
  EXPECT_THAT(read("name = 'x'\n[source]\ntype = 'm'\n[[task]]\nname = 't0'\n" + tasks).found,
              testing::IsEmpty());
}

} // namespace
} // namespace tempest::config
