#include "cli/args/parse.hpp"

#include <gmock/gmock.h>

#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

class parse_words : public testing::Test {
 protected:
  verb root() {
    verb make;
    make.name = "make";
    make.summary = "Makes.";
    make.arguments = {{"NAME", "its name", &name},
                      {"--set", "a value", &settings, "K=V"},
                      {"--within", "how long", &within, "D"},
                      {"--format", "which", &format, "F", {"text", "json"}},
                      {"--force", "do it", &force}};
    make.examples = {{"prog make it", "the plain way"}};
    make.run = [] { return 7; };
    verb things{.name = "things", .summary = "Things.", .children = {make}};
    things.children.front().name = "show";
    return {.name = "prog", .summary = "A program.", .children = {make, things}};
  }

  std::string refusal(const std::vector<std::string>& words) {
    try {
      (void)parse(root(), words);
    } catch (const base::failure& error) {
      EXPECT_EQ(error.code(), base::exit_code::usage);
      return error.what();
    }
    return {};
  }

  std::string name;
  std::string format = "text";
  std::vector<std::string> settings;
  optional_duration within;
  bool force = false;
};

TEST_F(parse_words, fills_the_arguments_and_yields_what_to_do) {
  const auto asked = parse(root(), {"make", "it", "--set", "a=1", "--force", "--set=b=2",
                                    "--within", "5m", "--format", "json"});
  ASSERT_TRUE(asked.run);
  EXPECT_EQ(asked.run(), 7);
  EXPECT_EQ(name, "it");
  EXPECT_THAT(settings, ElementsAre("a=1", "b=2"));
  EXPECT_EQ(within, milliseconds{300000});
  EXPECT_EQ(format, "json");
  EXPECT_TRUE(force);
}

TEST_F(parse_words, a_repeated_option_takes_one_word_each) {
  (void)parse(root(), {"make", "--set", "a=1", "it"});
  EXPECT_THAT(settings, ElementsAre("a=1"));
  EXPECT_EQ(name, "it");
}

TEST_F(parse_words, a_name_may_be_that_of_a_command) {
  (void)parse(root(), {"make", "things"});
  EXPECT_EQ(name, "things");
}

TEST_F(parse_words, help_has_arguments_and_examples) {
  const std::string help = parse(root(), {"make", "--help"}).help;
  EXPECT_THAT(help, HasSubstr("prog make [OPTIONS] [NAME]"));
  EXPECT_THAT(help, HasSubstr("--within D"));
  EXPECT_THAT(help, HasSubstr("prog make it  # the plain way"));
  EXPECT_THAT(parse(root(), {"things", "show", "-h"}).help, HasSubstr("prog things show"));
  EXPECT_THAT(parse(root(), {}).help, HasSubstr("Commands:"));
}

TEST_F(parse_words, a_mistyped_command_gets_the_nearest) {
  EXPECT_THAT(refusal({"maek"}), HasSubstr("no command `prog maek`; did you mean make?"));
  EXPECT_THAT(refusal({"things", "shwo"}), HasSubstr("did you mean show?"));
  EXPECT_THAT(refusal({"elephant"}), HasSubstr("there are make, things"));
}

TEST_F(parse_words, a_mistyped_option_gets_the_nearest) {
  EXPECT_THAT(refusal({"make", "--fromat", "json"}), HasSubstr("did you mean --format?"));
  EXPECT_THAT(refusal({"make", "--focre=1"}),
              HasSubstr("no option --focre; did you mean --force?"));
}

TEST_F(parse_words, wrong_values_are_refused) {
  EXPECT_THAT(refusal({"make", ""}), HasSubstr("NAME: its value is empty"));
  EXPECT_THAT(refusal({"make", "--format", ""}), HasSubstr("--format: its value is empty"));
  EXPECT_THAT(refusal({"make", "--within", "soon"}), HasSubstr("'soon' is not a duration"));
  EXPECT_THAT(refusal({"make", "--within", "-1s"}), HasSubstr("is not a duration"));
  EXPECT_THAT(refusal({"make", "--within", "0"}), HasSubstr("write 500ms"));
  EXPECT_THAT(refusal({"make", "--format", "jsno"}), HasSubstr("did you mean json?"));
  EXPECT_NE(refusal({"make", "--format"}), "");
}

TEST_F(parse_words, too_much_and_too_little_are_refused) {
  EXPECT_THAT(refusal({"make", "a", "b"}), HasSubstr("'b' is one word too many"));
  EXPECT_THAT(refusal({"things"}), HasSubstr("which command?"));
}

} // namespace
} // namespace tempest::cli
