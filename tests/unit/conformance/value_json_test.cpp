#include "runtime/conformance/value_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tempest::conformance {
namespace {

TEST(ValueJson, ValuesComeBackAsTheyWere) {
  const auto given = nlohmann::json::parse(
      R"({"a": [1, -2, 1.5, true, false, "text"], "b": {"c": {}, "d": [], "e": ""}})");
  EXPECT_EQ(to_json(from_json(given)), given);
  EXPECT_TRUE(to_json(config::value{}).is_null());
}

} // namespace
} // namespace tempest::conformance
