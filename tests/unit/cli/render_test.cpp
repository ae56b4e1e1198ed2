#include "cli/scaffold/render.hpp"

#include <gmock/gmock.h>

#include "runtime/base/error.hpp"

namespace tempest::cli::scaffold {
namespace {

using testing::HasSubstr;

manifest small_template() {
  return {"small",
          "for tests",
          {{"count", "how many", "10"}},
          {{"src/{{name}}.cpp", "int {{identifier}} = {{count}};\n"}}};
}

base::exit_code code_of(const values& given) {
  try {
    (void)render(small_template(), {{"name", "a"}, {"identifier", "a"}}, given);
  } catch (const base::failure& error) {
    return error.code();
  }
  return base::exit_code::ok;
}

TEST(render, replaces_names_in_paths_and_contents) {
  const auto files = render(small_template(), {{"name", "my-shop"}, {"identifier", "my_shop"}}, {});
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].path, "src/my-shop.cpp");
  EXPECT_EQ(files[0].content, "int my_shop = 10;\n");
}

TEST(render, lays_given_values_over_defaults) {
  const auto files =
      render(small_template(), {{"name", "a"}, {"identifier", "a"}}, {{"count", "3"}});
  EXPECT_EQ(files[0].content, "int a = 3;\n");
}

TEST(render, leaves_braces_of_the_language_alone) {
  manifest from = small_template();
  from.files = {{"a", "x{{1, 2}}; {{}} {{ y }} {{Upper}} {{"}};
  EXPECT_EQ(render(from, {}, {})[0].content, "x{{1, 2}}; {{}} {{ y }} {{Upper}} {{");
}

TEST(render, a_replaced_value_is_not_replaced_again) {
  manifest from = small_template();
  from.files = {{"a", "{{count}}"}};
  EXPECT_EQ(render(from, {}, {{"count", "{{name}}"}})[0].content, "{{name}}");
}

TEST(render, refuses_values_that_the_template_does_not_have) {
  EXPECT_EQ(code_of({{"cuont", "1"}}), base::exit_code::usage);
  try {
    (void)render(small_template(), {}, {{"cuont", "1"}});
    FAIL();
  } catch (const base::failure& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean count?"));
  }
}

TEST(render, refuses_values_that_break_out_of_a_string) {
  EXPECT_EQ(code_of({{"count", "a\"b"}}), base::exit_code::usage);
  EXPECT_EQ(code_of({{"count", "a\\b"}}), base::exit_code::usage);
  EXPECT_EQ(code_of({{"count", "a\nb"}}), base::exit_code::usage);
  EXPECT_EQ(code_of({{"count", "redis://h/0"}}), base::exit_code::ok);
}

TEST(render, a_placeholder_that_nothing_defines_is_a_defect_of_the_template) {
  manifest from = small_template();
  from.files = {{"a", "{{nothing}}"}};
  EXPECT_THROW((void)render(from, {}, {}), base::failure);
}

TEST(wrong_name, accepts_what_folders_and_targets_can_be_called) {
  for (const char* name : {"shop", "my-shop", "my_shop2", "a"})
    EXPECT_EQ(wrong_name(name), "") << name;
}

TEST(wrong_name, refuses_the_rest_with_a_reason) {
  for (const char* name :
       {"", "Shop", "2shop", "-x", "a b", "a/b", "a.b", "sh\xc3\xb6p", "test", "root"}) {
    EXPECT_NE(wrong_name(name), "") << name;
  }
  EXPECT_NE(wrong_name(std::string(65, 'a')), "");
}

TEST(identifier_of, turns_dashes_into_underscores) {
  EXPECT_EQ(identifier_of("my-own-shop"), "my_own_shop");
}

} // namespace
} // namespace tempest::cli::scaffold
