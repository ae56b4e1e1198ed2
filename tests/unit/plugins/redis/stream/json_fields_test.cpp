#include "plugins/redis/stream/json_fields.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis::stream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(json_fields, makes_a_field_of_each_member) {
  EXPECT_THAT(fields_of_json(R"({"a":"x\u0000y","b":1.5,"c":null,"d":[1,2],"e":{"f":true}})"),
              ElementsAre(Pair("a", std::string("x\0y", 3)), Pair("b", "1.5"), Pair("c", "null"),
                          Pair("d", "[1,2]"), Pair("e", R"({"f":true})")));
}

TEST(json_fields, takes_back_what_the_source_makes_of_bytes_and_repeated_names) {
  EXPECT_THAT(fields_of_json(R"({"a":["1",{"$base64":"/w=="}],"$base64:/g==":"x"})"),
              ElementsAre(Pair("\xFE", "x"), Pair("a", "1"), Pair("a", "\xFF")));
}

TEST(json_fields, leaves_alone_what_only_looks_like_bytes) {
  EXPECT_THAT(fields_of_json(R"({"a":{"$base64":"no!"},"b":{"$base64":7},"c":[]})"),
              ElementsAre(Pair("a", R"({"$base64":"no!"})"), Pair("b", R"({"$base64":7})"),
                          Pair("c", "[]")));
}

TEST(json_fields, says_why_not) {
  const auto refusal = [](std::string_view json) {
    try {
      (void)fields_of_json(json);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal(""), HasSubstr("no JSON"));
  EXPECT_THAT(refusal("{\"a\":\"\xFF\"}"), HasSubstr("no JSON"));
  EXPECT_THAT(refusal("7"), HasSubstr("no object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("without members"));
  EXPECT_THAT(refusal(R"({"a":)" + std::string(1000000, '[')), HasSubstr("deep"));
}

} // namespace
} // namespace redis::stream
