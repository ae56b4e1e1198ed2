// What Topology.toml gives a plugin, against what its descriptor declares.
#include "runtime/plugin/options.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <string_view>

#include "runtime/config/document.hpp"
#include "runtime/config/interpret.hpp"
#include "runtime/config/settings.hpp"

namespace tempest::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

tempest_option option(const char* name, tempest_option_type type,
                      const char* by_default = nullptr) {
  tempest_option made{};
  made.name = name;
  made.type = type;
  made.default_value = by_default;
  made.minimum = 1; // above the maximum: no bounds
  made.maximum = 0;
  return made;
}

// Binds what stands in [source.config] to these options.
class binding : public testing::Test {
 protected:
  void bind(std::vector<tempest_option> options, const std::string& config) {
    options_ = std::move(options);
    descriptor_.size = sizeof descriptor_;
    descriptor_.option_count = static_cast<std::uint32_t>(options_.size());
    descriptor_.options = options_.data();
    descriptor_.option_size = sizeof(tempest_option);
    base::problems ignored;
    const std::string text = "[source]\ntype = 'clock'\n[source.config]\n" + config;
    const auto environment = [](const char* name) -> const char* {
      return std::string_view(name) == "FOUR" ? "4" : "yes";
    };
    const config::document parsed =
        config::parse_text(text, "T.toml", "/app", ignored, environment);
    const config::plugin_use use = config::interpret(parsed, nullptr, {}, ignored).source.plugin;
    base::problems found;
    bound_ = bind_options(descriptor_, use, found);
    found_.clear();
    for (const base::problem& one : found) found_.push_back(one.line());
  }
  const tempest_value& at(std::size_t index) const { return bound_.view()->values[index]; }
  std::string text(std::size_t index) const { return {at(index).text.data, at(index).text.length}; }
  std::string only_problem() const { return found_.size() == 1 ? found_[0] : "not one problem"; }

  std::vector<tempest_option> options_;
  tempest_descriptor descriptor_{};
  bound_options bound_;
  std::vector<std::string> found_;
};

TEST_F(binding, reads_each_type) {
  bind({option("flag", TEMPEST_OPTION_BOOL), option("count", TEMPEST_OPTION_INTEGER),
        option("rate", TEMPEST_OPTION_FLOAT), option("pause", TEMPEST_OPTION_DURATION),
        option("room", TEMPEST_OPTION_SIZE), option("word", TEMPEST_OPTION_STRING),
        option("password", TEMPEST_OPTION_SECRET), option("list", TEMPEST_OPTION_LIST),
        option("table", TEMPEST_OPTION_TABLE)},
       "flag = true\ncount = -3\nrate = 2\npause = '2s'\nroom = '4kB'\nword = ''\n"
       "password = 'hush'\nlist = [1, 'a']\ntable = { b = 1.5 }\n");
  EXPECT_THAT(found_, IsEmpty());
  ASSERT_EQ(bound_.view()->count, 9u);
  EXPECT_EQ(at(0).integer, 1);
  EXPECT_EQ(at(1).integer, -3);
  EXPECT_EQ(at(2).number, 2.0);
  EXPECT_EQ(at(3).integer, 2000);
  EXPECT_EQ(at(4).integer, 4000);
  EXPECT_EQ(text(5), "");
  EXPECT_EQ(text(6), "hush");
  EXPECT_EQ(text(7), "[1,\"a\"]");
  EXPECT_EQ(text(8), "{\"b\":1.5}");
}

TEST_F(binding, fills_in_defaults_and_leaves_the_rest_absent) {
  bind({option("count", TEMPEST_OPTION_INTEGER, "7"), option("flag", TEMPEST_OPTION_BOOL, "true"),
        option("pause", TEMPEST_OPTION_DURATION, "5m"), option("list", TEMPEST_OPTION_LIST, "[1]"),
        option("word", TEMPEST_OPTION_STRING)},
       "");
  EXPECT_THAT(found_, IsEmpty());
  EXPECT_EQ(at(0).integer, 7);
  EXPECT_EQ(at(1).integer, 1);
  EXPECT_EQ(at(2).integer, 300'000);
  EXPECT_EQ(text(3), "[1]");
  EXPECT_EQ(at(3).present, 1u);
  EXPECT_EQ(at(4).present, 0u);
}

TEST_F(binding, takes_a_whole_expansion_for_a_number_but_no_plain_string) {
  bind({option("count", TEMPEST_OPTION_INTEGER)}, "count = '${FOUR}'");
  EXPECT_THAT(found_, IsEmpty());
  EXPECT_EQ(at(0).integer, 4);
  bind({option("count", TEMPEST_OPTION_INTEGER)}, "count = '4'");
  EXPECT_EQ(only_problem(),
            "T.toml:4:1: error: option 'count' of clock must be an integer, not a string");
  bind({option("flag", TEMPEST_OPTION_BOOL)}, "flag = '${WORD}'");
  EXPECT_THAT(only_problem(), HasSubstr("must be true or false"));
}

TEST_F(binding, keeps_to_bounds_and_choices) {
  tempest_option count = option("count", TEMPEST_OPTION_INTEGER);
  count.minimum = 1;
  count.maximum = 10;
  bind({count}, "count = 11");
  EXPECT_THAT(only_problem(), HasSubstr("is 11; it must be from 1 to 10"));
  bind({option("pause", TEMPEST_OPTION_DURATION)}, "pause = -1");
  EXPECT_THAT(only_problem(), HasSubstr("must not be negative"));
  tempest_option rate = option("rate", TEMPEST_OPTION_FLOAT);
  rate.minimum = 0;
  rate.maximum = 2;
  bind({rate}, "rate = -0.5");
  EXPECT_EQ(only_problem(),
            "T.toml:4:1: error: option 'rate' of clock is -0.5; it must be from 0 to 2");
  bind({rate}, "rate = 2.5");
  EXPECT_THAT(only_problem(), HasSubstr("is 2.5; it must be from 0 to 2"));
  bind({rate}, "rate = 0.5");
  EXPECT_THAT(found_, IsEmpty());
  rate.maximum = 0; // as a plugin in C leaves it
  bind({rate}, "rate = 0.5");
  EXPECT_THAT(found_, IsEmpty());
  bind({option("rate", TEMPEST_OPTION_FLOAT)}, "rate = inf");
  EXPECT_THAT(only_problem(), HasSubstr("must be a finite number"));
  const char* const choices[] = {"batch", "individual"};
  tempest_option policy = option("policy", TEMPEST_OPTION_ENUM);
  policy.choices = choices;
  policy.choice_count = 2;
  bind({policy}, "policy = 'bacth'");
  EXPECT_THAT(only_problem(), HasSubstr("cannot be \"bacth\"; did you mean \"batch\"?"));
  bind({policy}, "policy = 'individual'");
  EXPECT_THAT(found_, IsEmpty());
  EXPECT_EQ(text(0), "individual");
}

TEST_F(binding, says_everything_that_is_wrong_at_once) {
  tempest_option key = option("key", TEMPEST_OPTION_STRING);
  key.flags = TEMPEST_OPTION_REQUIRED;
  key.help = "The stream.";
  bind({key, option("count", TEMPEST_OPTION_INTEGER), option("word", TEMPEST_OPTION_STRING)},
       "count = 1.5\ncuont = 1\nword = \"a\\u0000b\"\n");
  EXPECT_THAT(
      found_,
      ElementsAre("T.toml:3:1: error: clock needs option 'key' (The stream.)",
                  "T.toml:4:1: error: option 'count' of clock must be an integer, not a number",
                  "T.toml:6:1: error: option 'word' of clock holds a NUL character",
                  "T.toml:5:1: error: clock has no option 'cuont' (did you mean 'count'?)"));
}

TEST_F(binding, never_repeats_a_secret) {
  bind({option("password", TEMPEST_OPTION_SECRET)}, "password = [ 'hush' ]");
  EXPECT_EQ(only_problem(),
            "T.toml:4:1: error: option 'password' of clock must be a string, not a list");
}

TEST_F(binding, asks_the_plugin_last_and_only_about_what_is_well_formed) {
  static int asked = 0;
  asked = 0;
  descriptor_.validate = [](const tempest_options* options, tempest_error* error) {
    ++asked;
    if (options->values[0].integer % 2 == 0) return 1;
    std::strncpy(error->text, "it must be even", sizeof error->text - 1);
    return 0;
  };
  bind({option("count", TEMPEST_OPTION_INTEGER)}, "count = 'no number'");
  EXPECT_EQ(asked, 0);
  bind({option("count", TEMPEST_OPTION_INTEGER)}, "count = 4");
  EXPECT_THAT(found_, IsEmpty());
  bind({option("count", TEMPEST_OPTION_INTEGER)}, "count = 3");
  EXPECT_THAT(only_problem(), HasSubstr("clock refuses its options: it must be even"));
  EXPECT_EQ(asked, 2);
}

// The text that the plugin of the next test refuses its options with.
std::string refusal;

TEST_F(binding, places_a_refusal_at_the_option_that_it_names_first) {
  descriptor_.validate = [](const tempest_options*, tempest_error* error) {
    refusal.copy(error->text, sizeof error->text - 1);
    return 0;
  };
  const auto place_of = [this](const std::string& text) {
    refusal = text;
    bind({option("group", TEMPEST_OPTION_STRING), option("group_id", TEMPEST_OPTION_STRING)},
         "group = ''\ngroup_id = 'x'");
    return only_problem().substr(0, only_problem().find(" error"));
  };
  EXPECT_EQ(place_of("group is empty"), "T.toml:4:1:");
  EXPECT_EQ(place_of("group_id: no id of the group"), "T.toml:5:1:");
  EXPECT_EQ(place_of("the group_id"), "T.toml:5:1:");
  EXPECT_EQ(place_of("subgroups are wrong"), "T.toml:3:1:");
}

TEST(refusal, says_where_what_it_is_about_stands) {
  config::plugin_use use;
  EXPECT_EQ(placed("key: gone", use), "key: gone");
  use.where = {"T.toml", 2, 1};
  EXPECT_EQ(placed("key: gone", use), "key: gone (T.toml:2:1)");
  use.options_where = {"T.toml", 3, 1};
  use.options["key"].where = {"T.toml", 4, 1};
  EXPECT_EQ(placed("no memory", use), "no memory (T.toml:3:1)");
  EXPECT_EQ(placed("key: gone", use), "key: gone (T.toml:4:1)");
}

} // namespace
} // namespace tempest::plugin
