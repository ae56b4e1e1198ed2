// What a tap has seen, for people.
#include "cli/output/tap_words.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

ordered_json event() {
  return ordered_json::parse(R"({"version":1,"topology":"shop","task":"split",
    "time":"2026-03-01T12:00:00.000Z","id":"17-0","attempt":1,"key":null,"headers":[],
    "headers_omitted":0,"timestamp_ms":null,"payload":"hello","payload_bytes":5,"passed":1})");
}

TEST(tap_words, are_a_head_and_the_payload) {
  EXPECT_EQ(tap_words(event()), "2026-03-01T12:00:00.000Z  split  17-0  attempt 1\n  hello");
}

TEST(tap_words, tell_all_that_is_known) {
  ordered_json seen = event();
  seen.erase("task");
  seen["edge"] = {{"from", "split"}, {"to", "store"}};
  seen["attempt"] = 2;
  seen["key"] = "k";
  seen["headers"] = {{{"name", "tenant"}, {"value", "acme"}},
                     {{"name", "odd"}, {"value_base64", "/w=="}}};
  seen["headers_omitted"] = 3;
  seen["payload"] = "one\ntwo\n";
  seen["payload_bytes"] = 70'000;
  EXPECT_EQ(tap_words(seen),
            "2026-03-01T12:00:00.000Z  split -> store  17-0  attempt 2\n  key: k\n  tenant: acme\n"
            "  odd: \\xff\n  (3 headers not shown)\n  one\n  two\n  (8 of 70,000 bytes)");
}

TEST(tap_words, say_that_there_is_no_payload) {
  ordered_json seen = event();
  seen["payload"] = "";
  seen["payload_bytes"] = 0;
  EXPECT_THAT(tap_words(seen), EndsWith("attempt 1\n  (no payload)"));
  EXPECT_THAT(tap_hex(seen), EndsWith("attempt 1\n  (no payload)"));
}

TEST(tap_words, obey_nobody) {
  ordered_json seen = event();
  seen["id"] = "a\x1b[31m\nb";
  seen["payload"] = "x\x1b[2J\ty\r";
  const std::string words = tap_words(seen);
  EXPECT_THAT(words, Not(HasSubstr("\x1b")));
  EXPECT_THAT(words, HasSubstr("a\\x1b[31m\\x0ab"));
  EXPECT_THAT(words, HasSubstr("x\\x1b[2J"));
}

TEST(tap_words, show_the_first_bytes_of_what_is_no_text) {
  ordered_json seen = event();
  seen.erase("payload");
  seen["payload_base64"] = "AP9h";
  seen["payload_bytes"] = 3;
  EXPECT_THAT(tap_words(seen), EndsWith("\n  00000000  00 ff 61"
                                        "                                          |..a|"));
  std::string digits;
  for (int i = 0; i < 400; ++i) digits += "AAAA";
  seen["payload_base64"] = digits;
  seen["payload_bytes"] = 1200;
  EXPECT_THAT(tap_words(seen), EndsWith("|\n  (128 of 1,200 bytes)"));
  EXPECT_THAT(tap_hex(seen), Not(HasSubstr("bytes)")));
}

TEST(tap_hex, shows_a_text_in_digits) {
  EXPECT_THAT(tap_hex(event()), HasSubstr("\n  00000000  68 65 6c 6c 6f "));
  EXPECT_THAT(tap_hex(event()), EndsWith(" |hello|"));
}

TEST(tap_words, are_not_made_of_something_else) {
  EXPECT_THROW((void)tap_words(ordered_json::parse(R"({"version":1})")), ordered_json::exception);
}

TEST(a_hex_dump, has_sixteen_bytes_a_line) {
  EXPECT_EQ(hex_dump(""), "");
  EXPECT_EQ(hex_dump("0123456789abcdefX"),
            "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
            "00000010  58                                                |X|");
}

} // namespace
} // namespace tempest::cli
