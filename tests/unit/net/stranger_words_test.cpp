// Who is no Tempest process is named by what it says; who may be one is asked for [tls].
#include "runtime/net/stranger_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tempest::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::string_view_literals;

constexpr bool accepted = true;
constexpr bool dialled = false;

TEST(stranger_words, show_the_first_line_of_what_it_said) {
  EXPECT_EQ(stranger_words("GET / HTTP/1.1\r\nHost: x\r\n", "too long", accepted),
            "it is no Tempest task process (it said 'GET / HTTP/1.1')");
  EXPECT_THAT(stranger_words("HTTP/1.1 400 Bad Request\r\n", "too long", dialled),
              AllOf(HasSubstr("no Tempest topology (it answered 'HTTP/1.1 400 Bad Request')"),
                    HasSubstr("address")));
}

TEST(stranger_words, show_bytes_that_nobody_can_read_with_what_is_wrong_with_them) {
  EXPECT_EQ(stranger_words("\x4a\0\0\0more than that"sv, "no frame", accepted),
            "it is no Tempest task process (it said 'J\\x00\\x00\\x00more': no frame)");
}

TEST(stranger_words, know_tls_from_a_peer_without_it) {
  for (const bool side : {accepted, dialled}) {
    EXPECT_THAT(stranger_words("\x16\x03\x01\x02\0\x01"sv, "", side),
                HasSubstr("it speaks TLS")); // a hello
    EXPECT_THAT(stranger_words("\x15\x03\x03\0\x02"sv, "", side),
                HasSubstr("[tls] is not set here"));
    EXPECT_THAT(stranger_words("\x16\x04zz"sv, "", side), Not(HasSubstr("TLS")));
    EXPECT_THAT(stranger_words("\x19\x03zz"sv, "", side), Not(HasSubstr("TLS")));
  }
}

TEST(stranger_words, of_one_that_hung_up_are_what_it_said_or_that_it_said_nothing) {
  EXPECT_THAT(hang_up_words("end", "busy\n", dialled), HasSubstr("it answered 'busy'"));
  EXPECT_THAT(hang_up_words("end", "", dialled),
              AllOf(HasSubstr("hung up before it answered (end)"), HasSubstr("[tls]")));
  EXPECT_EQ(hang_up_words("end", "", accepted), "it hung up before it introduced itself (end)");
}

TEST(stranger_words, of_one_that_is_silent_say_for_how_long) {
  const std::chrono::milliseconds limit(70);
  EXPECT_EQ(silence_words(limit, accepted, true), "it did not introduce itself within 70 ms");
  EXPECT_THAT(silence_words(limit, dialled, true),
              AllOf(HasSubstr("did not answer within 70 ms"), HasSubstr("a Tempest topology")));
  EXPECT_THAT(silence_words(limit, dialled, false), HasSubstr("no TLS session within 70 ms"));
}

TEST(stranger_words, ask_for_tls_where_a_handshake_had_no_answer) {
  EXPECT_EQ(no_tls_words("unknown ca", true), "no TLS session: unknown ca");
  EXPECT_THAT(no_tls_words("end", false), AllOf(HasSubstr("(end)"), HasSubstr("use [tls]?")));
}

TEST(stranger_words, keep_no_more_than_is_shown) {
  std::string noted;
  for (int i = 0; i < 10; ++i) note_first_bytes("ten bytes."sv, noted);
  EXPECT_EQ(noted.size(), 60u);
  EXPECT_EQ(noted.substr(0, 14), "ten bytes.ten ");
}

} // namespace
} // namespace tempest::net
