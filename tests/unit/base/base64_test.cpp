#include "runtime/base/base64.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace tempest::base {
namespace {

TEST(base64, is_that_of_rfc_4648) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xfb\xff", "+/8="}};
  for (const auto& [bytes, text] : examples) EXPECT_EQ(base64(bytes), text) << bytes;
}

TEST(base64_bytes, is_the_way_back) {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "\xfb\xff"}) {
    EXPECT_EQ(base64_bytes(base64(bytes)), bytes);
  }
  for (const char* wrong : {"a", "ab", "abc", "ab*=", "====", "a=bc"}) {
    EXPECT_EQ(base64_bytes(wrong), std::nullopt) << wrong;
  }
}

} // namespace
} // namespace tempest::base
