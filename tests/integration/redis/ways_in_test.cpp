// The ways to a server beside plain TCP: TLS, and a socket in the file system.
#include "tests/integration/redis/plugin_fixture.hpp"
#include "tests/support/certificates.hpp"

namespace tempest::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

class another_way : public redis_plugin {
 protected:
  // Through `uri`, and with what else it takes, messages go into a stream, out again and away.
  void go_around(redis_server& server, const std::string& uri, const given_options& more) {
    given_options in = sink_options({{"uri", toml(uri)}, {"key", toml("s")}});
    in.insert(more.begin(), more.end());
    sink_harness sink(sink_descriptor(), in);
    ASSERT_TRUE(sink.connect()) << sink.error;
    std::vector<written_message> batch(5000, {std::string(300, 'x'), {}, {}});
    batch.push_back({std::string(8 << 20, 'y'), {}, {}});
    EXPECT_THAT(sink.write(batch), Each(TEMPEST_WRITTEN)) << sink.error;

    given_options out = source_options({{"uri", toml(uri)}});
    out.insert(more.begin(), more.end());
    source_harness source(source_descriptor(), out);
    ASSERT_TRUE(source.drain(batch.size())) << source.error;
    EXPECT_EQ(source.messages.back().payload.size(), std::size_t{8} << 20);
    EXPECT_EQ(server.run({"XPENDING", "s", "g"}).substr(0, 2), "[0");
  }
  std::string refusal(const std::string& uri, const given_options& more = {}) {
    given_options given = sink_options({{"uri", toml(uri)}, {"timeout", toml(2000)}});
    given.insert(more.begin(), more.end());
    sink_harness sink(sink_descriptor(), given);
    EXPECT_FALSE(sink.connect());
    return sink.error;
  }
};

class by_tls : public another_way {
 protected:
  static constexpr const char* host = "127.0.0.1";

  // A port that was free a moment ago belongs to whoever is first: the server is started again.
  std::unique_ptr<redis_server> serve(const certificate& shown, const char* asks_for_ours) {
    for (int attempt = 0;; ++attempt) {
      tls_port_ = free_port();
      try {
        return std::make_unique<redis_server>(
            std::vector<std::string>{"--tls-port", std::to_string(tls_port_), "--tls-cert-file",
                                     shown.cert, "--tls-key-file", shown.key, "--tls-ca-cert-file",
                                     shown.ca, "--tls-auth-clients", asks_for_ours});
      } catch (const std::runtime_error&) {
        if (attempt == 9) throw;
      }
    }
  }
  [[nodiscard]] std::string uri(const std::string& to = host) const {
    return "rediss://" + to + ":" + std::to_string(tls_port_);
  }
  static given_options trusting(const certificate& who) { return {{"tls_ca", toml(who.ca)}}; }
  static given_options showing(const certificate& who) {
    return {{"tls_ca", toml(who.ca)}, {"tls_cert", toml(who.cert)}, {"tls_key", toml(who.key)}};
  }

  authority ours_{"ours"};
  certificate shown_ = ours_.issue(host);
  int tls_port_ = 0;
};

TEST_F(by_tls, messages_go_in_and_out) {
  const auto server = serve(shown_, "no");
  go_around(*server, uri(), trusting(shown_));
}

TEST_F(by_tls, a_server_that_asks_for_a_certificate_gets_it) {
  const auto server = serve(shown_, "yes");
  go_around(*server, uri(), showing(ours_.issue("client")));
  EXPECT_THAT(refusal(uri(), trusting(shown_)), HasSubstr("set tls_cert and tls_key"));
}

TEST_F(by_tls, the_source_comes_back_after_the_server_did) {
  const auto server = serve(shown_, "no");
  server->fill("s", 100);
  given_options given = source_options({{"uri", toml(uri())}});
  given.merge(trusting(shown_));
  source_harness source(source_descriptor(), given);
  ASSERT_TRUE(eventually([&] {
    if (source.poll(10, 20) == TEMPEST_POLL_UNAVAILABLE) source.connect();
    return source.messages.size() >= 10;
  })) << source.error;
  server->kill();
  ASSERT_TRUE(eventually([&] { return source.poll(10, 20) == TEMPEST_POLL_UNAVAILABLE; }));
  EXPECT_THAT(source.error, HasSubstr("Redis at 127.0.0.1"));
  server->start();
  EXPECT_TRUE(source.drain(100)) << source.error;
  EXPECT_EQ(source.broken, "");
}

TEST_F(by_tls, what_the_server_said_before_it_hung_up_is_heard) {
  const auto server = serve(shown_, "no");
  server->run({"CONFIG", "SET", "proto-max-bulk-len", "1mb"});
  given_options given = sink_options({{"uri", toml(uri())}});
  given.merge(trusting(shown_));
  sink_harness sink(sink_descriptor(), given);
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{std::string(6'000'000, 'x'), {}, {}}}), Each(TEMPEST_WRITE_REJECTED));
  EXPECT_THAT(sink.reasons[0], HasSubstr("proto-max-bulk-len"));
}

TEST_F(by_tls, a_server_that_cannot_prove_who_it_is_is_refused) {
  const auto server = serve(shown_, "no");
  const authority theirs("theirs");
  EXPECT_THAT(refusal(uri(), trusting(theirs.issue(host))),
              AllOf(HasSubstr("its certificate is not accepted"), HasSubstr("tls_ca must be")));
  EXPECT_THAT(refusal(uri()), HasSubstr("its certificate is not accepted")); // the system's
  EXPECT_THAT(refusal(uri("localhost"), trusting(shown_)), HasSubstr("it is not for 'localhost'"));
}

TEST_F(by_tls, a_name_in_the_certificate_is_as_good_as_an_address) {
  const certificate named = ours_.issue("localhost");
  const auto server = serve(named, "no");
  go_around(*server, uri("localhost"), trusting(named));
  EXPECT_THAT(refusal(uri(), trusting(named)), HasSubstr("it is not for '127.0.0.1'"));
}

TEST_F(by_tls, a_certificate_that_has_expired_is_refused) {
  const certificate old = ours_.issue(host, -1);
  const auto server = serve(old, "no");
  EXPECT_THAT(refusal(uri(), trusting(old)),
              AllOf(HasSubstr("certificate has expired"), HasSubstr("renew it")));
}

TEST_F(by_tls, the_wrong_port_is_told) {
  const auto server = serve(shown_, "no");
  const std::string plain = "rediss://127.0.0.1:" + std::to_string(server->port());
  EXPECT_THAT(refusal(plain, trusting(shown_)),
              AllOf(HasSubstr("it speaks no TLS on this port"), HasSubstr("use redis://")));
  const std::string tls = "redis://127.0.0.1:" + std::to_string(tls_port_);
  EXPECT_THAT(refusal(tls), HasSubstr("rediss://"));
}

TEST_F(by_tls, files_are_named_that_are_not_what_they_should_be) {
  const auto message = [&](const given_options& more) -> std::string {
    given_options given = more;
    given.insert({"uri", toml("rediss://127.0.0.1:1")});
    try {
      const sink_harness sink(sink_descriptor(), sink_options(given));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_THAT(message({{"tls_ca", toml("/nowhere.pem")}}),
              AllOf(HasSubstr("tls_ca"), HasSubstr("'/nowhere.pem'")));
  given_options mixed = showing(shown_);
  mixed["tls_key"] = toml(ours_.issue("other").key);
  EXPECT_THAT(message(mixed), HasSubstr("holds no key of that certificate"));
  EXPECT_THAT(message({{"tls_cert", toml(shown_.cert)}}), HasSubstr("belong together"));
  given_options plain = trusting(shown_);
  plain["uri"] = toml("redis://127.0.0.1:1");
  EXPECT_THAT(message(plain), HasSubstr("write rediss://"));
}

TEST_F(another_way, a_socket_in_the_file_system_takes_messages_in_and_out) {
  const std::string path = state_ / "redis socket";
  redis_server server({"--unixsocket", path, "--requirepass", "secret7"});
  ASSERT_EQ(server.run({"AUTH", "secret7"}), "OK");
  go_around(server, "redis+unix://:secret7@" + state_.string() + "/redis%20socket?db=0", {});
}

TEST_F(another_way, the_user_of_an_acl_needs_the_rights_that_the_manual_names) {
  server_.run({"ACL", "SETUSER", "bob", "on", ">secret7", "~s", "-@all", "+xgroup", "+xreadgroup",
               "+xack", "+xpending", "+xclaim", "+xrange", "+xinfo", "+eval"});
  server_.fill("s", 100);
  const std::string uri = "redis://bob:secret7@127.0.0.1:" + std::to_string(server_.port());
  {
    source_harness source(source_descriptor(), source_options({{"uri", toml(uri)}}));
    ASSERT_TRUE(source.connect()) << source.error;
    ASSERT_TRUE(source.drain(100)) << source.error;
    source.close();
  }
  EXPECT_EQ(server_.run({"XPENDING", "s", "g"}).substr(0, 2), "[0");
  EXPECT_EQ(server_.run({"XINFO", "CONSUMERS", "s", "g"}), "[]");
  server_.run({"ACL", "SETUSER", "bob", "-xack"});
  server_.fill("s", 1);
  source_harness source(source_descriptor(), source_options({{"uri", toml(uri)}}));
  EXPECT_TRUE(eventually([&] {
    const bool there = source.step();
    source.settle_open(TEMPEST_ACK);
    return !there;
  }));
  EXPECT_THAT(source.error, AllOf(HasSubstr("the user 'bob' lacks a permission"), HasSubstr("xack"),
                                  Not(HasSubstr("secret7"))));
}

TEST_F(another_way, connecting_tells_of_each_right_that_is_missing) {
  const std::string uri = "redis://bob:secret7@127.0.0.1:" + std::to_string(server_.port());
  const std::vector<std::string> rights = {"xgroup", "xreadgroup", "xack", "xpending",
                                           "xclaim", "xrange",     "eval"};
  for (const std::string& missing : rights) {
    server_.run({"ACL", "SETUSER", "bob", "reset", "on", ">secret7", "~s", "-@all"});
    for (const std::string& one : rights) {
      if (one != missing) server_.run({"ACL", "SETUSER", "bob", "+" + one});
    }
    source_harness source(source_descriptor(), source_options({{"uri", toml(uri)}}));
    EXPECT_FALSE(source.connect()) << missing;
    EXPECT_THAT(source.error, AllOf(HasSubstr("the user 'bob' lacks a permission"),
                                    HasSubstr("'" + missing), HasSubstr("the key 's'")));
  }
  // Whoever acknowledges nothing needs less.
  server_.run({"ACL", "SETUSER", "bob", "reset", "on", ">secret7", "~s", "-@all", "+xgroup",
               "+xreadgroup"});
  const config::value policy = toml(config::table{{"type", toml("none")}});
  source_harness source(source_descriptor(),
                        source_options({{"uri", toml(uri)}, {"ack_policy", policy}}));
  EXPECT_TRUE(source.connect()) << source.error;
  EXPECT_EQ(server_.run({"XINFO", "CONSUMERS", "s", "g"}), "[]") << "finding out leaves nothing";
}

TEST_F(another_way, a_socket_that_is_not_there_is_told) {
  const std::string path = state_ / "nobody";
  EXPECT_THAT(refusal("redis+unix://bob:secret7@" + path),
              AllOf(HasSubstr("Redis at " + path + ": cannot connect: No such file"),
                    Not(HasSubstr("secret7"))));
  EXPECT_THAT(refusal("redis+unix:///" + std::string(200, 'x')), HasSubstr("at most 107 bytes"));
}

} // namespace
} // namespace tempest::test
