// What a name of a topology stands for, and what it comes to stand for later.
#include <gmock/gmock.h>

#include "tests/integration/task/finding.hpp"
#include "tests/support/name_server.hpp"
#include "tests/support/no_more_threads.hpp"

namespace tempest::net {
namespace {

using testing::HasSubstr;

struct naming : finding {
  naming() { how.ask = names.ask(); }

  server& another_at(const std::string& host) {
    settings.listen = *listening_address(host, 0);
    return another();
  }
  name_server names;
};

TEST_F(naming, every_host_of_a_name_is_served) {
  names.say("shop", {another_at("127.0.0.2").where(), another_at("127.0.0.3").where(),
                     another_at("::1").where()});
  look_for({{"shop", 1, {}}});
  EXPECT_TRUE(serve({1, 1, 1}));
}

TEST_F(naming, several_addresses_of_one_host_are_one_topology) {
  settings.trusted.insecure = true;
  const std::uint16_t port = another_at("0.0.0.0").where().port;
  names.say("shop", {{"127.0.0.2", port, {}}, {"127.0.0.3", port, {}}});
  names.say("store", {{"127.0.0.3", port, {}}, {"127.0.0.4", port, {}}});
  look_for({{"shop", port, {}}, {"store", port, {}}});
  EXPECT_TRUE(serve({1}));
  rest();
  EXPECT_EQ(worker.joins, 1);
  EXPECT_TRUE(owners[0].reasons.empty());
}

TEST_F(naming, a_topology_that_comes_back_at_another_address_is_found) {
  const address first = another_at("127.0.0.2").where();
  names.say("shop", {first, another_at("127.0.0.3").where()});
  look_for({{"shop", 1, {}}});
  EXPECT_TRUE(serve({1, 1}));
  stop_the_last();
  EXPECT_TRUE(has(1));
  names.say("shop", {first, another_at("127.0.0.4").where()});
  EXPECT_TRUE(serve({1, 0, 1}));
  EXPECT_TRUE(owners[0].reasons.empty()) << "the other one was left alone";
}

TEST_F(naming, a_name_that_is_forgotten_keeps_what_it_stood_for) {
  names.say("shop", {another_at("127.0.0.2").where()});
  look_for({{"shop", 1, {}}});
  EXPECT_TRUE(serve({1}));
  names.say("shop", {});
  const int before = names.asked("shop");
  EXPECT_TRUE(comes_true([&] { return names.asked("shop") > before + 1; }));
  owners[0].sessions.at(0)->drop("for a test");
  EXPECT_TRUE(comes_true([&] { return worker.joins == 2; }));
}

TEST_F(naming, a_name_that_nobody_answers_for_delays_nothing) {
  names.hang_at("dead");
  names.say("live", {another().where()});
  look_for({{"dead", 1, {}}, {"live", 1, {}}});
  EXPECT_TRUE(serve({1}));
  EXPECT_TRUE(comes_true([&] { return names.asked("live") > 3; }));
  EXPECT_EQ(names.asked("dead"), 1) << "it is asked about again before it is answered";
  process->close("it shuts down");
  EXPECT_TRUE(comes_true([&] { return process->all_gone(); }));
  process.reset();
  names.answer_all(); // and nobody is there
  rest();
}

TEST_F(naming, people_hear_of_a_name_that_nobody_answers_for) {
  names.hang_at("dead");
  testing::internal::CaptureStderr();
  look_for({{"dead", 1, {}}});
  const std::int64_t until = base::steady_ns() + 2'500'000'000;
  while (base::steady_ns() < until) in.wait(until);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("waits for the topology at dead:1: its name is still being looked up"));
  names.say("dead", {another().where()});
  names.answer_all();
  EXPECT_TRUE(serve({1}));
}

TEST_F(naming, a_lookup_that_gets_no_thread_is_tried_again) {
  names.say("shop", {another().where()});
  testing::internal::CaptureStderr();
  {
    const no_more_threads full;
    look_for({{"shop", 1, {}}});
    rest();
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("waits for the topology at shop:1: there is no thread to be had"));
  EXPECT_EQ(names.asked("shop"), 0);
  EXPECT_TRUE(serve({1}));
}

} // namespace
} // namespace tempest::net
