// ${NAME} and ${NAME:-default}.
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string name_of(const std::string& written) {
  const reading result = read(whole("name = '" + written + "'"));
  return result.found.empty() ? result.made.name : result.found[0];
}

TEST(variables, are_expanded_once_in_any_string) {
  EXPECT_EQ(name_of("a-${HOST}-${FOUR}"), "a-redis-4");
  EXPECT_EQ(name_of("${GONE:-fallback}"), "fallback");
  EXPECT_EQ(name_of("${EMPTY:-fallback}"), "fallback");
  EXPECT_EQ(name_of("${HOST:-fallback}"), "redis");
  EXPECT_EQ(name_of("x${EMPTY}${GONE:-}y"), "xy");
  EXPECT_EQ(name_of("$$${HOST}$$"), "$redis$");
  EXPECT_EQ(name_of("$${HOST}"), "${HOST}");
  EXPECT_EQ(name_of("${TRICKY}"), "${FOUR} $$ $");
}

TEST(variables, reach_into_lists_and_tables_of_options) {
  const reading result = read(
      "name='x'\n[source]\ntype='m'\n[source.config]\n"
      "a = { b = ['${HOST}', 'y'] }\n[[task]]\nname='t'\n");
  EXPECT_THAT(result.found, IsEmpty());
  const value& a = result.made.source.plugin.options.at("a");
  EXPECT_EQ(*a.entries()->at("b").items()->at(0).text(), "redis");
}

TEST(variables, are_numbers_where_one_is_expected) {
  const reading result =
      read(whole("name = 'x'\n[topology]\nmax_pending = '${FOUR}'\n"
                 "msg_timeout = '${FOUR}s'\nmax_pending_bytes = '${FOUR}'\n"
                 "failure_policy = { jitter = '${HALF:-0.5}' }"));
  EXPECT_THAT(result.found, IsEmpty());
  EXPECT_EQ(result.made.limit.max_pending, 4u);
  EXPECT_EQ(result.made.limit.msg_timeout, milliseconds(4000));
  EXPECT_EQ(result.made.limit.max_pending_bytes, 4u);
  EXPECT_EQ(result.made.policy.jitter, 0.5);
}

TEST(variables, do_not_make_a_number_of_other_strings) {
  for (const char* text : {"4", "4${EMPTY}", "${FOUR}0", "${HOST}"}) {
    const auto found =
        read(whole("name = 'x'\n[topology]\nmax_pending = '" + std::string(text) + "'")).found;
    EXPECT_THAT(found, ElementsAre("T.toml:3:1: error: max_pending of [topology] must be an "
                                   "integer, not a string"))
        << text;
  }
}

TEST(unset_variables, are_all_said_at_once_and_nothing_else_of_them) {
  const auto found = read(whole("name = '${ONE} ${TWO}'\n[topology]\nmax_pending = '${THREE}'\n"
                                "failure_policy = '${NONE}'\nmsg_timeout = 0"))
                         .found;
  EXPECT_THAT(
      found,
      testing::UnorderedElementsAre(
          "T.toml:1:1: error: environment variable ONE is not set (set it, or give a default: "
          "${ONE:-...})",
          "T.toml:1:1: error: environment variable TWO is not set (set it, or give a default: "
          "${TWO:-...})",
          "T.toml:3:1: error: environment variable THREE is not set (set it, or give a default: "
          "${THREE:-...})",
          "T.toml:4:1: error: environment variable NONE is not set (set it, or give a default: "
          "${NONE:-...})",
          "T.toml:5:1: error: msg_timeout of [topology] is 0 ms; it must be from 1 ms to a year"));
}

TEST(malformed_expansions, say_how_to_write_them) {
  EXPECT_EQ(name_of("5$"),
            "T.toml:1:1: error: it holds a '$' that starts no ${NAME} (write $$ for "
            "a dollar)");
  EXPECT_EQ(name_of("${HOST"), name_of("5$"));
  EXPECT_EQ(name_of("$HOST"), name_of("5$"));
  const std::string no_name =
      "T.toml:1:1: error: it holds a ${...} that names no environment "
      "variable (write ${NAME} or ${NAME:-default}, and $$ for a dollar)";
  EXPECT_EQ(name_of("${}"), no_name);
  EXPECT_EQ(name_of("${9A}"), no_name);
  EXPECT_EQ(name_of("${A B}"), no_name);
  EXPECT_EQ(name_of("${A:-${B}}"),
            "T.toml:1:1: error: the default of ${A} holds a ${...} itself (a "
            "default is taken as it is; give a plain one)");
}

} // namespace
} // namespace tempest::config
