#include "plugins/redis/list/element_name.hpp"

#include <gtest/gtest.h>

namespace redis::list {
namespace {

TEST(element_name, is_place_and_hash) {
  const std::string hash = sha1_of("abc");
  EXPECT_EQ(hash, "a9993e364706816aba3e25717850c26c9cd0d89d");
  const auto read = parse_element_name(element_name{17, hash}.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->place, 17U);
  EXPECT_EQ(read->hash, hash);
}

TEST(element_name, anything_else_is_none) {
  const std::string hash = sha1_of("");
  for (const std::string& text :
       {std::string(), std::string("7"), "7-" + hash.substr(1), "-" + hash, "7 " + hash,
        "7-" + hash + "0", "7-" + hash.substr(1) + "X", "1-0" + std::string()}) {
    EXPECT_FALSE(parse_element_name(text)) << text;
  }
}

} // namespace
} // namespace redis::list
