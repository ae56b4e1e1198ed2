// What is told of messages that pass, and the buffer between those who see them and those who ask.
#include "runtime/admin/tap.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "runtime/admin/tap_stream.hpp"

namespace tempest::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

tap_event event(const std::string& payload, std::uint64_t passed = 1) {
  tap_event made;
  made.time_ms = 1'700'000'000'000;
  made.id = "17-0";
  made.payload = payload;
  made.payload_bytes = payload.size();
  made.passed = passed;
  return made;
}

TEST(a_message_that_passed, is_one_line_of_json) {
  tap_event seen = event("hello\n");
  seen.attempt = 2;
  seen.key = "k";
  seen.headers = {{"tenant", "acme"}, {"tenant", "\xff"}};
  seen.headers_omitted = 3;
  seen.payload_bytes = 70'000;
  seen.timestamp_ms = 99;
  seen.passed = 12;
  EXPECT_EQ(
      to_json({"shop", "split"}, seen),
      R"({"version":1,"topology":"shop","task":"split","time":"2023-11-14T22:13:20.000Z","id":"17-0",)"
      R"("attempt":2,"key":"k","headers":[{"name":"tenant","value":"acme"},{"name":"tenant","value_base64":"/w=="}],)"
      R"("headers_omitted":3,"timestamp_ms":99,"payload":"hello\n","payload_bytes":70000,"passed":12})");
}

TEST(a_message_that_passed, may_have_no_key_and_no_time) {
  const std::string json = to_json({"shop", "store", "split"}, event(""));
  EXPECT_THAT(json, HasSubstr(R"("edge":{"from":"split","to":"store"},"time")"));
  EXPECT_THAT(json, HasSubstr(R"("key":null,)"));
  EXPECT_THAT(json, HasSubstr(R"("timestamp_ms":null,"payload":"","payload_bytes":0)"));
}

TEST(a_message_that_passed, is_told_in_base64_when_nobody_could_read_it) {
  for (const std::string bytes : {"\xff", "\x1b[31mred", "\xc2\x9b"}) {
    EXPECT_THAT(to_json({"shop", "split"}, event(bytes)), HasSubstr(R"("payload_base64":")"));
  }
}

struct a_tap_stream : testing::Test {
  void put(const std::vector<std::string>& payloads, std::uint64_t passed) {
    std::vector<tap_event> fresh;
    for (const std::string& one : payloads) fresh.push_back(event(one, passed));
    stream.put(fresh, passed);
    EXPECT_TRUE(fresh.empty());
  }
  tap_stream stream{{"shop", "split"}};
  int ready = 0;
  std::function<void()> count = [this] { ++ready; };
};

TEST_F(a_tap_stream, tells_what_was_put_in) {
  EXPECT_EQ(stream.next(), "");
  put({"one", "two"}, 2);
  const std::string told = stream.next();
  EXPECT_THAT(told, testing::StartsWith("event: message\ndata: {"));
  EXPECT_THAT(told, HasSubstr(R"("payload":"one")"));
  EXPECT_THAT(told, HasSubstr("}\n\nevent: message\ndata: {"));
  EXPECT_EQ(stream.next(), "");
  EXPECT_FALSE(stream.is_over());
}

TEST_F(a_tap_stream, calls_once_when_there_is_something) {
  stream.when_ready(count);
  put({}, 1);
  EXPECT_EQ(ready, 0) << "nothing to tell";
  put({"one"}, 2);
  put({"two"}, 3);
  EXPECT_EQ(ready, 1);
  stream.when_ready(count);
  EXPECT_EQ(ready, 2) << "there is something by now";
  (void)stream.next();
  stream.when_ready(count);
  stream.end("over");
  EXPECT_EQ(ready, 3);
}

TEST_F(a_tap_stream, tells_of_what_it_could_not_tell) {
  EXPECT_EQ(stream.sign_of_life(), ":\n\n");
  put({"one"}, 10);
  (void)stream.next();
  EXPECT_EQ(stream.sign_of_life(), ":\n\n") << "the message said so";
  put({}, 25);
  EXPECT_EQ(stream.sign_of_life(),
            "event: tally\ndata: "
            R"({"version":1,"topology":"shop","task":"split","passed":25,"shown":1})"
            "\n\n");
  EXPECT_EQ(stream.sign_of_life(), ":\n\n");
}

TEST_F(a_tap_stream, holds_so_much_and_no_more) {
  const std::string large(4096, 'x');
  for (std::uint64_t i = 1; i <= 1000; ++i) put({large}, i);
  const std::uint64_t taken = stream.shown();
  EXPECT_GT(taken, 200u);
  EXPECT_LT(taken, tap_limits::waiting_bytes / large.size());
  std::string told;
  std::size_t pieces = 0;
  for (std::string piece = stream.next(); !piece.empty(); piece = stream.next()) {
    EXPECT_LT(piece.size(), 64u << 10);
    told += piece;
    ++pieces;
  }
  EXPECT_GT(pieces, 10u);
  EXPECT_GT(told.size(), taken * large.size());
  EXPECT_THAT(stream.sign_of_life(), HasSubstr(R"("passed":1000,)"));
  put({large}, 1001);
  EXPECT_EQ(stream.shown(), taken + 1) << "there is room again";
}

TEST_F(a_tap_stream, tells_the_end_once_and_last) {
  put({"one"}, 3);
  stream.end("the run has ended");
  EXPECT_FALSE(stream.is_over());
  EXPECT_THAT(stream.next(),
              testing::EndsWith("\n\nevent: end\ndata: "
                                R"({"version":1,"topology":"shop","task":"split",)"
                                R"("passed":3,"shown":1,"reason":"the run has ended"})"
                                "\n\n"));
  EXPECT_TRUE(stream.is_over());
  EXPECT_EQ(stream.next(), "");
}

} // namespace
} // namespace tempest::admin
