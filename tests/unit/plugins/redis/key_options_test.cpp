#include "plugins/redis/key_options.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis {
namespace {

using testing::HasSubstr;

TEST(keys, are_one_or_several) {
  EXPECT_EQ(parse_keys("a", "[]", "list"), std::vector<std::string>{"a"});
  EXPECT_EQ(parse_keys("", R"(["a","b"])", "list"), (std::vector<std::string>{"a", "b"}));
  const auto refusal = [](const std::string& key, const std::string& keys) {
    try {
      (void)parse_keys(key, keys, "list");
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal("", "[]"), HasSubstr("name a list as `key`"));
  EXPECT_THAT(refusal("a", R"(["b"])"), HasSubstr("one of the two"));
  EXPECT_THAT(refusal("", R"(["a","a"])"), HasSubstr("'a' is named twice"));
  EXPECT_THAT(refusal("", R"(["a",7])"), HasSubstr("7 is not"));
  EXPECT_THAT(refusal("", R"([""])"), HasSubstr("is not the name"));
  std::string many = "[\"0\"";
  for (std::size_t i = 1; i <= most_keys; ++i) many += ",\"" + std::to_string(i) + "\"";
  EXPECT_THAT(refusal("", many + "]"), HasSubstr("at most"));
}

} // namespace
} // namespace redis
