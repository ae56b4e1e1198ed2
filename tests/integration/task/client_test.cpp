// How a task process finds topologies: names, places, instances.
#include "runtime/net/client.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <deque>

#include "runtime/net/listener.hpp"
#include "tests/integration/net/rig.hpp"

namespace tempest::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct noting_client final : client_owner {
  void joined(client_session& session) override {
    sessions.push_back(&session);
    ++joins;
  }
  void delivered(client_session&, const wire::deliver&) override {}
  void cancelled(client_session&, std::span<const std::uint64_t>) override {}
  void begun(client_session&, std::vector<wire::begun>&) override {}
  void left(client_session& session, std::string_view) override { std::erase(sessions, &session); }
  std::vector<client_session*> sessions;
  int joins = 0;
};

struct finding : served {
  finding() {
    how.topology = "words";
    how.tasks = {{"count", true, 1}};
    how.name = "host/1";
    how.max_backoff = milliseconds(20);
    how.resolve_every = milliseconds(50);
  }
  ~finding() override { process.reset(); }

  // Another topology process, at another port.
  server& another() {
    servers.push_back(std::make_unique<server>(in, settings, pool, owners.emplace_back()));
    servers.back()->listen();
    return *servers.back();
  }
  void look_for(std::vector<address> topologies) {
    how.topologies = std::move(topologies);
    process = std::make_unique<client>(in, how, pool, worker);
    process->start();
  }
  [[nodiscard]] bool has(std::size_t sessions) {
    return comes_true([&] { return worker.sessions.size() == sessions; });
  }
  // Looks whether nothing happens for a while.
  void rest() {
    const std::int64_t until = base::steady_ns() + 300'000'000;
    while (base::steady_ns() < until) in.wait(until);
  }

  client_settings how;
  noting_client worker;
  std::deque<noting_owner> owners;
  std::vector<std::unique_ptr<server>> servers;
  std::unique_ptr<client> process;
};

TEST_F(finding, serves_all_topologies_that_are_named) {
  look_for({another().where(), another().where()});
  EXPECT_TRUE(has(2));
  EXPECT_EQ(owners[0].sessions.size() + owners[1].sessions.size(), 2u);
}

TEST_F(finding, one_topology_process_gets_one_session_however_many_names_it_has) {
  const address one = another().where();
  look_for({one, {"localhost", one.port, {}}, {"127.0.0.2", one.port, {}}});
  EXPECT_TRUE(has(1));
  rest();
  EXPECT_EQ(worker.joins, 1);
  EXPECT_EQ(owners[0].sessions.size(), 1u);
}

TEST_F(finding, a_second_way_is_taken_once_the_first_is_gone) {
  settings.listen = *listening_address("0.0.0.0", 0);
  settings.trusted.insecure = true;
  const std::uint16_t port = another().where().port;
  look_for({{"127.0.0.1", port, {}}, {"127.0.0.2", port, {}}});
  EXPECT_TRUE(has(1));
  rest();
  owners[0].sessions.at(0)->drop("for a test");
  EXPECT_TRUE(comes_true([&] { return worker.joins == 2; }));
  EXPECT_TRUE(has(1));
}

TEST_F(finding, a_topology_that_comes_later_and_one_that_comes_back_are_found) {
  const address place = another().where();
  servers.clear();
  look_for({place});
  rest();
  EXPECT_EQ(worker.joins, 0);
  settings.listen = place;
  another();
  EXPECT_TRUE(has(1));
  servers.clear();
  EXPECT_TRUE(has(0));
  another();
  EXPECT_TRUE(has(1));
  EXPECT_EQ(worker.joins, 2);
}

TEST_F(finding, a_name_that_means_nothing_does_not_keep_it_from_the_others) {
  look_for({{"no-such-host.invalid", 1, {}}, another().where()});
  EXPECT_TRUE(has(1));
}

// Something else listens at the address that the process was given.
struct lost : finding {
  // What the log says of one that answers so; nothing: it hangs up at once.
  std::string said_of(std::string_view answer) {
    const listener other(
        in, settings.listen, nullptr,
        [&](std::unique_ptr<transport> caller) {
          if (answer.empty()) return;
          callers.push_back(std::move(caller));
          callers.back()->write_some(answer, [](std::error_code, std::size_t) {});
        },
        [](const std::string&) {});
    testing::internal::CaptureStderr();
    look_for({other.where()});
    std::string said;
    EXPECT_TRUE(comes_true([&] {
      said += testing::internal::GetCapturedStderr();
      testing::internal::CaptureStderr();
      return said.find("tries again") != std::string::npos;
    }));
    said += testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, AllOf(HasSubstr("warning"), HasSubstr(" at " + other.where().text())));
    process.reset();
    return said;
  }
  std::vector<std::unique_ptr<transport>> callers;
};

TEST_F(lost, says_what_answers_instead_of_a_topology) {
  EXPECT_THAT(said_of("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"),
              HasSubstr("it is no Tempest topology (it answered 'HTTP/1.1 400 Bad Request')"));
  EXPECT_THAT(said_of("SSH-2.0-OpenSSH_9.2\r\n"), HasSubstr("(it answered 'SSH-2.0-OpenSSH_9.2')"));
  EXPECT_THAT(said_of("\x15\x03\x03\x02"), HasSubstr("it speaks TLS, and [tls] is not set here"));
  EXPECT_THAT(said_of(""), HasSubstr("hung up before it answered"));
}

TEST_F(lost, says_that_nothing_answers) {
  how.limits.first_frame = milliseconds(50);
  EXPECT_THAT(said_of("\x40"), HasSubstr("it did not answer within 50 ms"));
}

TEST_F(finding, says_good_bye_to_all) {
  look_for({another().where(), another().where()});
  EXPECT_TRUE(has(2));
  process->close("it shuts down");
  EXPECT_TRUE(comes_true([&] { return process->all_gone(); }));
  EXPECT_TRUE(comes_true([&] { return owners[0].sessions.empty() && owners[1].sessions.empty(); }));
  EXPECT_THAT(owners[0].reasons.at(0), testing::HasSubstr("it shuts down"));
}

} // namespace
} // namespace tempest::net
