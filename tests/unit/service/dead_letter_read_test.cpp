// From the envelope back to the letter, and what a letter is called.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "runtime/service/dead_letter_id.hpp"
#include "tests/unit/service/sample_letter.hpp"

namespace tempest::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

stored_letter back(const std::string& json) {
  std::string why;
  auto made = letter_from_json(json, why);
  if (!made) throw std::runtime_error(why);
  return *made;
}

TEST(an_envelope, is_read_back_as_it_was_written) {
  const tempest_header headers[] = {{slice("b"), slice("1")}, {slice("n\xff"), slice("\xc0\x80")}};
  const engine::metadata meta{slice("\xed\xa0\x80"), headers, 2, 0};
  engine::dead_letter letter = sample_letter();
  letter.meta = &meta;
  letter.id = "\xfe";
  letter.payload = std::string_view("\0\xff", 2);
  letter.reason = "bad \xff";
  letter.how = engine::failure_kind::timed_out;
  const stored_letter made = back(to_json(letter, "shop", "split", times));
  EXPECT_EQ(made.message_id, "\xfe");
  EXPECT_EQ(made.key, "\xed\xa0\x80");
  EXPECT_THAT(made.headers, ElementsAre(Pair("b", "1"), Pair("n\xff", "\xc0\x80")));
  EXPECT_EQ(made.payload, letter.payload);
  EXPECT_EQ(made.timestamp_ms, 99);
  EXPECT_EQ(made.topology, "shop");
  EXPECT_EQ(made.task, "split");
  EXPECT_EQ(made.outcome, "timed_out");
  EXPECT_EQ(made.reason, "bad \xef\xbf\xbd"); // for people: replaced
  EXPECT_EQ(made.attempts, 3u);
  EXPECT_EQ(made.deliveries, 2u);
  EXPECT_EQ(made.first_time, "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(made.last_ms, 1'700'000'001'234);
  EXPECT_EQ(back(to_json(sample_letter(), "shop", "split", times)).key, std::nullopt);
}

TEST(an_envelope, whose_members_became_texts_counts_alike) {
  const stored_letter made = back(
      R"({"attempts":"3","deliveries":"1","first_time":"2023-11-14T22:13:20.000Z",)"
      R"("headers":"[{\"name\":\"a\",\"value\":\"1\"}]","id":"1-0",)"
      R"("last_time":"2023-11-14T22:13:20.000Z","payload_base64":"aGk=","reason":"r","task":"t",)"
      R"("timestamp_ms":"7","topology":"shop","version":"1"})");
  EXPECT_EQ(made.attempts, 3u);
  EXPECT_EQ(made.payload, "hi");
  EXPECT_THAT(made.headers, ElementsAre(Pair("a", "1")));
}

TEST(an_envelope, that_is_none_says_why) {
  const std::string whole = to_json(sample_letter(), "shop", "split", times);
  std::string why;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(letter_from_json(whole.substr(0, length), why)) << length;
  }
  for (const char* name : {"version", "id", "headers", "payload_base64", "timestamp_ms", "topology",
                           "task", "reason", "attempts", "deliveries", "first_time", "last_time"}) {
    auto json = nlohmann::json::parse(whole);
    json.erase(name);
    EXPECT_FALSE(letter_from_json(json.dump(), why)) << name;
    EXPECT_THAT(why, HasSubstr("it has no")) << name;
    for (const auto& wrong : {nlohmann::json(nullptr), nlohmann::json::array({1}),
                              nlohmann::json("*"), nlohmann::json(1.5)}) {
      json[name] = wrong;
      const bool may_be = std::string(name) != "version" && wrong.is_string();
      if (may_be) continue;
      EXPECT_FALSE(letter_from_json(json.dump(), why)) << name << wrong;
    }
  }
  auto later = nlohmann::json::parse(whole);
  later["version"] = 2;
  EXPECT_FALSE(letter_from_json(later.dump(), why));
  EXPECT_THAT(why, HasSubstr("version 2"));
}

TEST(an_id, is_that_of_the_message_whatever_happened_to_it) {
  const stored_letter first = back(to_json(sample_letter(), "shop", "split", times));
  stored_letter again = first;
  again.task = "other";
  again.reason = "another";
  again.last_ms += 5;
  EXPECT_EQ(letter_id(again), letter_id(first));
  EXPECT_THAT(letter_id(first), testing::MatchesRegex("[0-9a-f]{12}-[0-9a-f]{12}"));
}

TEST(an_id, differs_with_all_that_makes_a_message) {
  const stored_letter first = back(to_json(sample_letter(), "shop", "split", times));
  std::set<std::string> ids = {letter_id(first)};
  stored_letter other = first;
  other.topology = "shop2";
  ids.insert(letter_id(other));
  other = first;
  other.message_id = "17-1";
  ids.insert(letter_id(other));
  other = first;
  other.payload += "!";
  ids.insert(letter_id(other));
  other = first;
  other.key = "";
  ids.insert(letter_id(other));
  other.key = "k";
  ids.insert(letter_id(other));
  other = first;
  other.headers = {{"ab", "c"}};
  ids.insert(letter_id(other));
  other.headers = {{"a", "bc"}};
  ids.insert(letter_id(other));
  EXPECT_EQ(ids.size(), 8u);
}

TEST(an_id, is_kept_by_a_message_that_was_put_back) {
  const stored_letter first = back(to_json(sample_letter(), "shop", "split", times));
  stored_letter again = first;
  again.message_id = "99-0"; // the broker's new name for it
  EXPECT_NE(letter_id(again), letter_id(first));
  again.headers.emplace_back("t-dead-letter", letter_id(first));
  EXPECT_EQ(letter_id(again), letter_id(first));
}

// Letters of one id are replayed once and all removed: nobody may call his message like another's.
TEST(an_id, cannot_be_had_by_other_bytes) {
  const stored_letter first = back(to_json(sample_letter(), "shop", "split", times));
  stored_letter forged = first;
  forged.payload = "something else";
  forged.headers.emplace_back("t-dead-letter", letter_id(first));
  EXPECT_NE(letter_id(forged), letter_id(first));
  forged = first;
  const std::string own = letter_id(first);
  forged.headers.emplace_back("t-dead-letter", "nonsense");
  EXPECT_EQ(letter_id(forged), own);
}

TEST(a_time, in_utc_is_understood) {
  EXPECT_EQ(parse_utc_time("1970-01-01"), 0);
  EXPECT_EQ(parse_utc_time("2023-11-14T22:13:20Z"), 1'700'000'000'000);
  EXPECT_EQ(parse_utc_time("2023-11-14T22:13:20.234Z"), 1'700'000'000'234);
  EXPECT_EQ(parse_utc_time("2024-02-29"), 1'709'164'800'000);
  for (const char* wrong :
       {"", "2023", "2023-11-1", "2023-13-01", "2023-02-29", "2023-11-14T22:13Z",
        "2023-11-14T22:13:20", "2023-11-14T24:13:20Z", "2023-11-14T22:60:20Z",
        "2023-11-14T22:13:20.2Z", "2023-11-14T22:13:20.2345Z", "2023-11-14 22:13:20Z", "2h",
        "2023-11-14T22:13:20+01:00", "-023-11-14", "2023/11/14"}) {
    EXPECT_EQ(parse_utc_time(wrong), std::nullopt) << wrong;
  }
}

} // namespace
} // namespace tempest::service
