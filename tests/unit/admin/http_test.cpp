// HTTP in bytes: what is taken for a request, and what answers look like.
#include "runtime/admin/http.hpp"

#include <gmock/gmock.h>

namespace tempest::admin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using state = request_reader::state;

// What a reader is after these bytes, and how many it took.
struct reading {
  explicit reading(const std::string& bytes) : taken(reader.read(bytes)) {}
  request_reader reader;
  std::size_t taken;
};

TEST(a_request_reader, finds_what_is_asked) {
  const std::string bytes =
      "GET /readyz?verbose&x=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer b\r\n"
      "Origin: o\r\n\r\nGET";
  reading one(bytes);
  ASSERT_EQ(one.reader.now(), state::complete);
  const request asked = one.reader.asked();
  EXPECT_EQ(asked.method, "GET");
  EXPECT_EQ(asked.path, "/readyz");
  EXPECT_EQ(asked.query, "verbose&x=1");
  EXPECT_EQ(asked.authorization, "Bearer b");
  EXPECT_EQ(asked.origin, "o");
  EXPECT_TRUE(asked.keep_alive);
  EXPECT_EQ(one.taken, bytes.size() - 3) << "what follows is not its own";
}

TEST(a_request_reader, takes_bytes_as_they_come) {
  request_reader reader;
  std::string unread;
  const std::string bytes = "HEAD / HTTP/1.0\r\nHost: a\r\n\r\n";
  for (const char one : bytes) {
    ASSERT_EQ(reader.now(), state::wants_more);
    unread += one;
    unread.erase(0, reader.read(unread));
  }
  ASSERT_EQ(reader.now(), state::complete);
  EXPECT_EQ(reader.asked().method, "HEAD");
  EXPECT_EQ(reader.asked().version, 10u);
  EXPECT_FALSE(reader.asked().keep_alive);
}

TEST(a_request_reader, refuses_with_a_reason) {
  const auto refusal = [](const std::string& bytes) {
    const reading one(bytes);
    EXPECT_EQ(one.reader.now(), state::refused) << bytes.substr(0, 40);
    return one.reader.refusal().status;
  };
  const std::string start = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(refusal("\x16\x03\x01 no HTTP at all\r\n\r\n"), 400u);
  EXPECT_EQ(refusal("GET / HTTP/9.9\r\n\r\n"), 400u);
  EXPECT_EQ(refusal(start + "no colon\r\n\r\n"), 400u);
  EXPECT_EQ(refusal(start + "Content-Length: -1\r\n\r\n"), 400u);
  EXPECT_EQ(refusal(start + "Content-Length: 3\r\n\r\nabc"), 413u);
  EXPECT_EQ(refusal(start + "Content-Length: 9999999999\r\n\r\n"), 413u);
  EXPECT_EQ(refusal(start + "Transfer-Encoding: chunked\r\n\r\n"), 413u);
  EXPECT_EQ(refusal(start + "X: " + std::string(max_header_bytes, 'x')), 431u);
  EXPECT_EQ(refusal(start + "X: " + std::string(max_header_bytes, 'x') + "\r\n\r\n"), 431u);
  EXPECT_EQ(refusal("GET /" + std::string(max_header_bytes, 'x')), 431u);
}

TEST(an_answer_in_bytes, is_for_nobody_to_keep) {
  const std::string bytes = bytes_of({503, "why\n", {{"Allow", "GET"}}}, "GET", 11, true);
  EXPECT_THAT(bytes, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nAllow: GET\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Length: 4\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("Connection: close")));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\nwhy\n"));
}

TEST(an_answer_in_bytes, is_without_its_body_for_head) {
  const std::string bytes = bytes_of({200, "ok\n", {}}, "HEAD", 11, false);
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Length: 3\r\n"));
  EXPECT_THAT(bytes, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\n"));
}

TEST(an_answer_in_bytes, without_a_body_says_so) {
  const std::string bytes = bytes_of({401, "", {{"WWW-Authenticate", "Bearer"}}}, "GET", 11, true);
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Length: 0\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("Content-Type")));
}

TEST(a_request_in_bytes, is_understood_by_the_other_side) {
  reading one(request_bytes("POST", "/api/v1/pause?x=1", "a:1", "hush"));
  ASSERT_EQ(one.reader.now(), state::complete);
  EXPECT_EQ(one.reader.asked().method, "POST");
  EXPECT_EQ(one.reader.asked().path, "/api/v1/pause");
  EXPECT_EQ(one.reader.asked().authorization, "Bearer hush");
  EXPECT_FALSE(one.reader.asked().keep_alive);
  EXPECT_THAT(request_bytes("GET", "/", "a:1", ""), Not(HasSubstr("Authorization")));
}

TEST(an_answer_reader, takes_bytes_as_they_come) {
  answer_reader reader;
  std::string unread;
  for (const char one : bytes_of({503, "why\n", {}}, "GET", 11, false)) {
    ASSERT_FALSE(reader.is_complete());
    unread += one;
    unread.erase(0, reader.read(unread));
  }
  ASSERT_TRUE(reader.is_complete());
  EXPECT_EQ(reader.said().status, 503u);
  EXPECT_EQ(reader.said().body, "why\n");
}

TEST(an_answer_reader, takes_answers_in_one_piece_and_to_the_end_of_the_stream) {
  answer_reader at_once;
  at_once.read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_TRUE(at_once.is_complete());
  EXPECT_EQ(at_once.said().body, "abc");
  answer_reader to_the_end;
  to_the_end.read("HTTP/1.0 200 OK\r\n\r\nabc");
  EXPECT_FALSE(to_the_end.is_complete());
  to_the_end.end();
  EXPECT_TRUE(to_the_end.is_complete());
  EXPECT_EQ(to_the_end.said().body, "abc");
}

TEST(an_answer_reader, hands_over_a_stream_of_events_as_it_comes) {
  answer_reader reader;
  EXPECT_FALSE(reader.is_stream());
  reader.read("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\none");
  EXPECT_TRUE(reader.is_stream());
  EXPECT_EQ(reader.take_body(), "one");
  EXPECT_EQ(reader.take_body(), "");
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 70; ++i) { // more than any other answer may have
    reader.read(piece);
    ASSERT_EQ(reader.take_body().size(), piece.size()) << i;
  }
  EXPECT_FALSE(reader.is_wrong());
  reader.end();
  EXPECT_TRUE(reader.is_complete());
}

TEST(an_answer_reader, tells_a_stream_from_other_answers) {
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 503 Oh\r\nContent-Type: text/event-stream\r\n\r\n"}) {
    answer_reader reader;
    reader.read(bytes);
    EXPECT_FALSE(reader.is_stream()) << bytes;
  }
  answer_reader in_parts; // as something between the two may send it
  in_parts.read(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n3\r\ndef\r\n");
  EXPECT_TRUE(in_parts.is_stream());
  EXPECT_EQ(in_parts.take_body(), "abcdef");
}

TEST(an_answer_reader, refuses_what_is_no_answer) {
  for (const char* bytes :
       {"-ERR unknown command\r\n", "\x15\x03\x01 TLS\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "HTTP/1.1 OK\r\n\r\n"}) {
    answer_reader reader;
    reader.read(bytes);
    EXPECT_TRUE(reader.is_wrong()) << bytes;
    EXPECT_FALSE(reader.is_complete());
  }
}

TEST(an_answer_reader, wants_all_of_it) {
  for (const char* bytes :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"}) {
    answer_reader reader;
    reader.read(bytes);
    reader.end();
    EXPECT_FALSE(reader.is_complete()) << bytes;
  }
}

} // namespace
} // namespace tempest::admin
