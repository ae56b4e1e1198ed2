#include "runtime/conformance/channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "runtime/base/clock.hpp"

namespace tempest::conformance {
namespace {

using nlohmann::json;

class Channel : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_), 0);
  }
  void TearDown() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int ends_[2]{};
  json got_;
};

TEST_F(Channel, PassesOneValueAfterTheOther) {
  const json first{{"do", "poll"}, {"bytes", "\xff"}};
  ASSERT_TRUE(send(ends_[0], first));
  ASSERT_TRUE(send(ends_[0], json::array()));
  ASSERT_EQ(receive(ends_[1], got_, base::never_ns), heard::message);
  EXPECT_EQ(got_, first);
  ASSERT_EQ(receive(ends_[1], got_, base::never_ns), heard::message);
  EXPECT_EQ(got_, json::array());
}

TEST_F(Channel, SaysWhyNothingCame) {
  EXPECT_EQ(receive(ends_[1], got_, base::steady_ns() - 1), heard::late);
  ::shutdown(ends_[0], SHUT_RDWR);
  EXPECT_EQ(receive(ends_[1], got_, base::never_ns), heard::closed);
}

TEST_F(Channel, WaitsNoLongerThanThereIsUseInIt) {
  int asked = 0;
  EXPECT_EQ(receive(ends_[1], got_, base::never_ns, [&] { return ++asked < 3; }), heard::given_up);
  EXPECT_EQ(asked, 3);
  ASSERT_TRUE(send(ends_[0], json(7)));
  EXPECT_EQ(receive(ends_[1], got_, base::never_ns, [] { return false; }), heard::message);
}

} // namespace
} // namespace tempest::conformance
