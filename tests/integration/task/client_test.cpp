// How a task process finds topologies: names, places, instances.
#include "tests/integration/task/finding.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "runtime/base/log.hpp"
#include "runtime/net/listener.hpp"

namespace tempest::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(finding, serves_all_topologies_that_are_named) {
  look_for({another().where(), another().where()});
  EXPECT_TRUE(has(2));
  EXPECT_TRUE(serve({1, 1}));
}

TEST_F(finding, one_topology_process_gets_one_session_however_many_names_it_has) {
  const address one = another().where();
  look_for({one, {"localhost", one.port, {}}, {"127.0.0.2", one.port, {}}});
  EXPECT_TRUE(has(1));
  rest();
  EXPECT_EQ(worker.joins, 1);
  EXPECT_TRUE(serve({1}));
}

struct several_ways : finding {
  // One topology process, and three ways to it.
  several_ways() {
    settings.listen = *listening_address("0.0.0.0", 0);
    settings.trusted.insecure = true;
    port = another().where().port;
    for (const char* host : {"127.0.0.1", "127.0.0.2", "127.0.0.3"})
      ways.push_back({host, port, {}});
  }
  std::uint16_t port = 0;
  std::vector<address> ways;
};

// To the topology another way would look like a process that comes and goes.
TEST_F(several_ways, to_a_topology_are_tried_once_each) {
  base::configure_log(base::log_level::debug, base::log_format::text);
  testing::internal::CaptureStderr();
  look_for(ways);
  EXPECT_TRUE(serve({1}));
  rest();
  const std::string log = testing::internal::GetCapturedStderr();
  base::configure_log(base::log_level::info, base::log_format::text);
  const std::string_view line = "another connection serves this topology";
  std::size_t tried = 0;
  for (std::size_t at = 0; (at = log.find(line, at)) != std::string::npos; ++at) ++tried;
  EXPECT_EQ(tried, 2u) << log;
  EXPECT_TRUE(owners[0].reasons.empty()) << "its owner heard of the other ways";
}

// At once: nothing here is looked up again.
TEST_F(several_ways, to_a_topology_are_all_tried_when_the_session_ends) {
  how.resolve_every = milliseconds(600'000);
  look_for(ways);
  EXPECT_TRUE(serve({1}));
  owners[0].sessions.at(0)->drop("for a test");
  EXPECT_TRUE(comes_true([&] { return worker.joins == 2; }));
  EXPECT_TRUE(serve({1}));
  const std::string_view used = worker.sessions.at(0)->place();
  const address other = used.starts_with("127.0.0.3:") ? ways[1] : ways[2];
  stop_the_last();
  EXPECT_TRUE(has(0));
  settings.listen = other;
  another();
  EXPECT_TRUE(serve({0, 1}));
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
  EXPECT_TRUE(serve({1, 1}));
  process->close("it shuts down");
  EXPECT_TRUE(comes_true([&] { return process->all_gone(); }));
  EXPECT_TRUE(comes_true([&] { return owners[0].sessions.empty() && owners[1].sessions.empty(); }));
  EXPECT_THAT(owners[0].reasons.at(0), testing::HasSubstr("it shuts down"));
}

} // namespace
} // namespace tempest::net
