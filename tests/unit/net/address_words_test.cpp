// What the system refuses is said with what to do about it.
#include "runtime/net/address_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace tempest::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const address tcp = *parse_address("db-1:8765");
const address privileged = *parse_address("db-1:80");
const address file = *parse_address("unix:/run/shop/socket");

std::error_code because(std::errc why) {
  return std::make_error_code(why);
}

TEST(address_words, tell_why_nobody_can_listen_and_what_to_do) {
  EXPECT_THAT(listen_words(tcp, because(std::errc::address_in_use)),
              AllOf(HasSubstr("in use"), HasSubstr("choose another port")));
  EXPECT_THAT(listen_words(file, because(std::errc::address_in_use)),
              HasSubstr("choose another path"));
  EXPECT_THAT(listen_words(tcp, because(std::errc::address_not_available)),
              HasSubstr("no interface of this host"));
  EXPECT_THAT(listen_words(file, because(std::errc::no_such_file_or_directory)),
              HasSubstr("folder does not exist"));
  EXPECT_THAT(listen_words(file, because(std::errc::permission_denied)),
              AllOf(HasSubstr("folder"), Not(HasSubstr("1024"))));
}

TEST(address_words, speak_of_privileged_ports_where_the_port_is_one) {
  const std::error_code denied = because(std::errc::permission_denied);
  EXPECT_THAT(listen_words(privileged, denied), HasSubstr("CAP_NET_BIND_SERVICE"));
  EXPECT_EQ(listen_words(tcp, denied), denied.message());
}

TEST(address_words, say_how_many_files_may_be_open) {
  rlimit allowed{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &allowed), 0);
  EXPECT_THAT(accept_words(because(std::errc::too_many_files_open)),
              AllOf(HasSubstr("may have " + std::to_string(allowed.rlim_cur) + " open"),
                    HasSubstr("ulimit -n"), HasSubstr("LimitNOFILE")));
  EXPECT_THAT(accept_words(because(std::errc::too_many_files_open_in_system)),
              HasSubstr("fs.file-max"));
}

TEST(address_words, tell_why_nobody_is_reached) {
  EXPECT_THAT(dial_words(tcp, because(std::errc::connection_refused)),
              HasSubstr("nobody listens there"));
  EXPECT_THAT(dial_words(file, because(std::errc::no_such_file_or_directory)),
              HasSubstr("no topology has made that socket"));
  EXPECT_THAT(dial_words(file, because(std::errc::permission_denied)), HasSubstr("may not write"));
  EXPECT_THAT(dial_words(tcp, because(std::errc::too_many_files_open)), HasSubstr("ulimit -n"));
}

} // namespace
} // namespace tempest::net
