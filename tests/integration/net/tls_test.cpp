// With TLS both sides show a certificate of the same authority, and the topology's is for its name.
#include <gmock/gmock.h>

#include "runtime/base/error.hpp"
#include "tests/integration/net/certificates.hpp"
#include "tests/integration/net/rig.hpp"
#include "tests/integration/net/stranger.hpp"

namespace tempest::net {
namespace {

struct served_by_tls : served {
  void serve_by_tls() {
    settings.trusted.tls = ours.issue("localhost");
    serve();
  }
  // Whether a peer with these files gets in.
  bool gets_in(const tls_files& files, const std::string& expected_name = "localhost") {
    test_peer* const peer = connect(make_tls(files), expected_name);
    if (peer == nullptr) return false;
    peer->say(hello);
    EXPECT_TRUE(comes_true([&] { return peer->welcomed || peer->over; }));
    return peer->welcomed;
  }
  const authority ours{"ours"};
};

TEST_F(served_by_tls, a_peer_of_the_same_authority_gets_in_and_large_deliveries_pass) {
  serve_by_tls();
  ASSERT_TRUE(gets_in(ours.issue("worker")));
  const std::string large(std::size_t{5} << 20, 'l');
  tempest_delivery one{};
  one.payload = {large.data(), large.size()};
  engine::worker_report refused;
  owner.sessions.at(0)->deliver(0, {&one, 1}, refused);
  ASSERT_TRUE(comes_true([&] { return peers[0]->payloads.size() == 1; }));
  EXPECT_EQ(peers[0]->payloads[0], large);
  peers[0]->report(0, 3);
  EXPECT_TRUE(comes_true([&] { return owner.reports.size() == 1; }));
}

TEST_F(served_by_tls, a_peer_without_a_certificate_of_that_authority_does_not) {
  serve_by_tls();
  const authority theirs("theirs");
  tls_files forged = theirs.issue("worker");
  forged.ca = settings.trusted.tls.ca;
  EXPECT_FALSE(gets_in(forged));
  test_peer& plain = *connect();
  plain.say(hello);
  EXPECT_TRUE(comes_true([&] { return plain.over; }));
  EXPECT_FALSE(plain.welcomed);
  EXPECT_TRUE(owner.sessions.empty());
}

TEST_F(served_by_tls, a_peer_does_not_trust_another_authority_or_another_name) {
  serve_by_tls();
  const authority theirs("theirs");
  tls_files elsewhere = ours.issue("worker");
  EXPECT_FALSE(gets_in(elsewhere, "topology.example.org"));
  EXPECT_THAT(dial_error, testing::HasSubstr("TLS"));
  elsewhere.ca = theirs.issue("other").ca;
  EXPECT_FALSE(gets_in(elsewhere));
  EXPECT_TRUE(gets_in(ours.issue("worker")));
}

TEST_F(served_by_tls, one_who_never_agrees_is_not_waited_for) {
  settings.limits.first_frame = milliseconds(100);
  serve_by_tls();
  stranger silent(server_->where().port);
  EXPECT_TRUE(comes_true([&] { return silent.hung_up_on(); }));
  stranger talking(server_->where().port);
  talking.say("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(comes_true([&] { return talking.hung_up_on(); }));
}

TEST_F(served_by_tls, files_that_cannot_be_used_are_named) {
  settings.trusted.tls = ours.issue("localhost");
  settings.trusted.tls.key = settings.trusted.tls.cert;
  try {
    const server made(in, settings, pool, owner);
    ADD_FAILURE() << "it serves";
  } catch (const base::failure& why) {
    EXPECT_EQ(why.code(), base::exit_code::bad_config);
    EXPECT_THAT(why.what(), testing::HasSubstr("key = \"" + settings.trusted.tls.key));
  }
}

} // namespace
} // namespace tempest::net
