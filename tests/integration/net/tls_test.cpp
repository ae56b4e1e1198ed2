// With TLS both sides show a certificate of the same authority, and the topology's is for its name.
#include <gmock/gmock.h>

#include <cstdlib>

#include "runtime/base/error.hpp"
#include "tests/integration/net/certificates.hpp"
#include "tests/integration/net/rig.hpp"
#include "tests/integration/net/stranger.hpp"

namespace tempest::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct served_by_tls : served {
  void serve_by_tls() {
    settings.trusted.tls = ours.issue("localhost");
    serve();
  }
  // Whether a peer with these files gets in; if not, `here` is what it says of that, and `there`
  // what the topology logs.
  bool gets_in(const std::shared_ptr<boost::asio::ssl::context>& tls,
               const std::string& expected_name = "localhost") {
    there.clear();
    testing::internal::CaptureStderr();
    test_peer& peer = *connect(tls, expected_name);
    peer.say(hello);
    EXPECT_TRUE(comes_true([&] { return peer.welcomed || peer.over; }));
    here = peer.why;
    if (peer.welcomed) grant_nothing(peer);
    // The server has its say as well, be it a moment later.
    EXPECT_TRUE(comes_true([&] {
      there += testing::internal::GetCapturedStderr();
      testing::internal::CaptureStderr();
      return there.find(peer.welcomed ? "joined" : "was not let in") != std::string::npos;
    }));
    testing::internal::GetCapturedStderr();
    return peer.welcomed;
  }
  bool gets_in(const tls_files& files, const std::string& expected_name = "localhost") {
    return gets_in(make_tls(files), expected_name);
  }
  std::string here, there;
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
  EXPECT_THAT(here, AllOf(HasSubstr("unknown ca"), HasSubstr("signed cert of [tls] here"),
                          testing::Not(HasSubstr("hung up"))));
  EXPECT_THAT(there, AllOf(HasSubstr("unable to get local issuer certificate"),
                           HasSubstr("127.0.0.1:"), HasSubstr("ca of [tls] here")));
  EXPECT_TRUE(owner.sessions.empty());
}

TEST_F(served_by_tls, a_peer_does_not_trust_another_authority_or_another_name) {
  serve_by_tls();
  const authority theirs("theirs");
  tls_files elsewhere = ours.issue("worker");
  EXPECT_FALSE(gets_in(elsewhere, "topology.example.org"));
  EXPECT_THAT(here, HasSubstr("hostname mismatch, it is not for 'topology.example.org'"));
  EXPECT_THAT(there, HasSubstr("bad certificate"));
  elsewhere.ca = theirs.issue("other").ca;
  EXPECT_FALSE(gets_in(elsewhere));
  EXPECT_THAT(here, AllOf(HasSubstr("no TLS session"), HasSubstr("certificate"),
                          HasSubstr("ca of [tls] here must have signed")));
  EXPECT_THAT(there, HasSubstr("unknown ca"));
  EXPECT_TRUE(gets_in(ours.issue("worker")));
}

TEST_F(served_by_tls, a_certificate_that_has_expired_is_called_so_on_both_sides) {
  serve_by_tls();
  EXPECT_FALSE(gets_in(ours.issue("worker", -1)));
  EXPECT_THAT(here, AllOf(HasSubstr("certificate expired"), HasSubstr("renew cert of [tls] here")));
  EXPECT_THAT(there, AllOf(HasSubstr("certificate has expired"), HasSubstr("renew it")));
}

TEST_F(served_by_tls, both_sides_are_asked_for_tls_when_one_alone_has_it) {
  serve_by_tls();
  EXPECT_FALSE(gets_in(std::shared_ptr<boost::asio::ssl::context>()));
  EXPECT_THAT(here, HasSubstr("does it use [tls]?"));
  EXPECT_THAT(
      there, AllOf(HasSubstr("wrong version number"), HasSubstr("does the other side use [tls]?")));
  settings.trusted.tls = {};
  serve();
  EXPECT_FALSE(gets_in(ours.issue("worker")));
  EXPECT_THAT(here, HasSubstr("does the other side use [tls]?"));
  EXPECT_THAT(there, HasSubstr("it speaks TLS, and [tls] is not set here"));
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

struct tls_files_of_a_user : served_by_tls {
  // What is said of files that cannot be used.
  static std::string refusal(const tls_files& files) {
    try {
      (void)make_tls(files);
    } catch (const base::failure& why) {
      EXPECT_EQ(why.code(), base::exit_code::bad_config);
      return why.what();
    }
    return "they are used";
  }
  const tls_files good = ours.issue("localhost");
};

TEST_F(tls_files_of_a_user, are_named_with_what_they_have_to_hold) {
  tls_files files = good;
  files.key = files.cert;
  EXPECT_THAT(refusal(files), AllOf(HasSubstr("[tls] key = \"" + files.key + "\" cannot be used"),
                                    HasSubstr("the key of cert in PEM form")));
  files = good;
  files.ca = files.key;
  EXPECT_THAT(refusal(files), AllOf(HasSubstr("ca = "), HasSubstr("certificates in PEM form")));
  files = good;
  files.cert = "/no/such/file";
  EXPECT_THAT(refusal(files), testing::EndsWith("cannot be used: No such file or directory"));
}

// Nobody is asked for a passphrase: there may be no terminal.
TEST_F(tls_files_of_a_user, do_not_hold_an_encrypted_key) {
  tls_files files = good;
  files.key += ".encrypted";
  const std::string encrypt = "openssl pkey -aes256 -passout pass:word -in " + good.key + " -out ";
  ASSERT_EQ(std::system((encrypt + files.key).c_str()), 0);
  EXPECT_THAT(refusal(files), HasSubstr("the key of cert in PEM form, not encrypted"));
}

TEST_F(tls_files_of_a_user, belong_together) {
  tls_files files = good;
  files.key = ours.issue("other").key;
  EXPECT_THAT(refusal(files), AllOf(HasSubstr("key values mismatch"), HasSubstr("key of cert")));
}

} // namespace
} // namespace tempest::net
