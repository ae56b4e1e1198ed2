#include "runtime/service/dead_letter_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/service/sample_letter.hpp"

namespace tempest::service {
namespace {

TEST(a_dead_letter, is_one_line_of_json) {
  EXPECT_EQ(
      to_json(sample_letter(), "shop", "split", times),
      R"({"version":1,"id":"17-0","headers":[],"payload_base64":"aGVsbG8=","timestamp_ms":99,)"
      R"("topology":"shop","task":"split","outcome":"failed","reason":"no luck","attempts":3,"deliveries":2,)"
      R"("first_time":"2023-11-14T22:13:20.000Z","last_time":"2023-11-14T22:13:21.234Z"})");
}

TEST(a_dead_letter, keeps_key_and_headers_in_their_order) {
  const tempest_header headers[] = {{slice("b"), slice("1")}, {slice("a"), slice("")}};
  const engine::metadata meta{slice("k"), headers, 2, 0};
  engine::dead_letter made = sample_letter();
  made.meta = &meta;
  const auto json = nlohmann::json::parse(to_json(made, "shop", "split", times));
  EXPECT_EQ(json["key"], "k");
  EXPECT_EQ(json["headers"].dump(), R"([{"name":"b","value":"1"},{"name":"a","value":""}])");
}

TEST(a_dead_letter, keeps_bytes_that_are_no_text) {
  const tempest_header headers[] = {{slice("n\xff"), slice("\xc0\x80")}};
  const engine::metadata meta{slice("\xed\xa0\x80"), headers, 1, 0};
  engine::dead_letter made = sample_letter();
  made.meta = &meta;
  made.id = "\xfe";
  made.payload = std::string_view("\0\xff", 2);
  made.reason = "bad \xff and \"quoted\"\n";
  const std::string line = to_json(made, "shop", "split", times);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["id_base64"], "/g==");
  EXPECT_EQ(json["key_base64"], "7aCA");
  EXPECT_FALSE(json.contains("key"));
  EXPECT_EQ(json["headers"][0]["name_base64"], "bv8=");
  EXPECT_EQ(json["headers"][0]["value_base64"], "wIA=");
  EXPECT_EQ(json["payload_base64"], "AP8=");
  EXPECT_EQ(json["reason"], "bad \xef\xbf\xbd and \"quoted\"\n");
}

TEST(a_dead_letter, says_how_its_message_ended) {
  engine::dead_letter made = sample_letter();
  made.how = engine::failure_kind::rejected;
  EXPECT_EQ(nlohmann::json::parse(to_json(made, "t", "t", times))["outcome"], "rejected");
  made.how = engine::failure_kind::timed_out;
  EXPECT_EQ(nlohmann::json::parse(to_json(made, "t", "t", times))["outcome"], "timed_out");
}

TEST(a_dead_letter, tells_no_key_from_an_empty_one) {
  const engine::metadata empty{slice(""), nullptr, 0, 0};
  engine::dead_letter made = sample_letter();
  made.meta = &empty;
  EXPECT_EQ(nlohmann::json::parse(to_json(made, "t", "t", times))["key"], "");
  const engine::metadata none{};
  made.meta = &none;
  EXPECT_FALSE(nlohmann::json::parse(to_json(made, "t", "t", times)).contains("key"));
}

} // namespace
} // namespace tempest::service
