#include "runtime/base/error.hpp"

#include <gtest/gtest.h>

namespace {

using namespace tempest::base;

TEST(problem, names_place_severity_text_and_hint) {
  const problem found{severity::error,
                      {"Topology.toml", 12, 3},
                      "unknown key \"wokers\"",
                      "did you mean \"workers\"?"};
  EXPECT_EQ(found.line(),
            "Topology.toml:12:3: error: unknown key \"wokers\" (did you mean \"workers\"?)");
}

TEST(problem, leaves_out_what_is_unknown) {
  EXPECT_EQ((problem{severity::warning, {}, "text", ""}).line(), "warning: text");
  EXPECT_EQ((location{"a.toml", 0, 7}).text(), "a.toml");
  EXPECT_EQ((location{"a.toml", 4, 0}).text(), "a.toml:4");
}

TEST(problems, only_errors_stop_a_run) {
  problems found;
  EXPECT_FALSE(has_errors(found));
  found.push_back({severity::warning, {}, "w", ""});
  EXPECT_FALSE(has_errors(found));
  found.push_back({severity::error, {}, "e", ""});
  EXPECT_TRUE(has_errors(found));
}

} // namespace
