// Task processes join, work, and leave; over each kind of address.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/base/error.hpp"
#include "tests/integration/net/rig.hpp"

namespace tempest::net {
namespace {

using testing::HasSubstr;

tempest_delivery delivery_of(std::string_view payload, std::uint64_t token) {
  tempest_delivery made{};
  made.id = {"id", 2};
  made.payload = {payload.data(), payload.size()};
  made.attempt = made.deliveries = 1;
  made.host_token = token;
  return made;
}

TEST_F(served, a_task_process_joins_with_its_tasks_and_is_told_who_it_joined) {
  serve();
  const test_peer& peer = join();
  ASSERT_EQ(owner.sessions.size(), 1u);
  const server_session& session = *owner.sessions[0];
  EXPECT_THAT(session.name(), HasSubstr("host/1 (127.0.0.1:"));
  ASSERT_EQ(session.tasks().size(), 2u);
  EXPECT_EQ(session.tasks()[0].id, 1u);
  EXPECT_EQ(session.tasks()[0].workers, 2u);
  EXPECT_EQ(peer.welcome.max_frame_bytes, max_frame_bytes(settings));
  EXPECT_EQ(peer.welcome.heartbeat_ms, 20u);
  EXPECT_EQ(join().welcome.instance, peer.welcome.instance);
}

// Of several ways to one topology only one is used: its people hear of that one alone.
TEST_F(served, a_task_process_is_there_once_it_grants_something) {
  serve();
  testing::internal::CaptureStderr();
  test_peer& one = introduce();
  introduce().say(wire::goodbye{"another connection serves this topology"});
  ASSERT_TRUE(comes_true([&] { return peers[1]->over; }));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(owner.sessions.empty());
  testing::internal::CaptureStderr();
  one.say(wire::credit{1, 5, 100});
  ASSERT_TRUE(comes_true([&] { return owner.sessions.size() == 1; }));
  one.say(wire::credit{0, 7, 100});
  ASSERT_TRUE(comes_true([&] { return owner.sessions[0]->room(0) == 7; }));
  EXPECT_EQ(owner.sessions.size(), 1u);
  EXPECT_EQ(owner.sessions[0]->room(1), 5u);
  EXPECT_TRUE(owner.reasons.empty());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("host/1"));
}

TEST_F(served, deliveries_go_within_the_credit_and_reports_come_back) {
  serve();
  test_peer& peer = join();
  server_session& session = *owner.sessions[0];
  EXPECT_EQ(session.room(0), 0u);
  peer.say(wire::credit{0, 3, 100});
  peer.say(wire::credit{1, 1, 100});
  ASSERT_TRUE(comes_true([&] { return session.room(1) == 1; }));
  EXPECT_EQ(session.room(0), 3u);
  EXPECT_EQ(session.byte_room(0), 100u);
  engine::worker_report refused;
  session.deliver(0, std::vector{delivery_of("one", 7), delivery_of("two", 8)}, refused);
  EXPECT_EQ(session.room(0), 1u);
  EXPECT_EQ(session.byte_room(0), 94u);
  EXPECT_EQ(session.in_hand(0), 2u);
  ASSERT_TRUE(comes_true([&] { return peer.payloads.size() == 2; }));
  EXPECT_EQ(peer.payloads[1], "two");
  peer.report(0, peer.tokens[1]);
  ASSERT_TRUE(comes_true([&] { return owner.reports.size() == 1; }));
  EXPECT_EQ(owner.reports[0].session, &session);
  EXPECT_EQ(owner.reports[0].task, 0u);
  EXPECT_EQ(owner.reports[0].token, 8u);
  EXPECT_EQ(session.in_hand(0), 1u);
  session.cancel(std::vector<std::uint64_t>{7});
  ASSERT_TRUE(comes_true([&] { return !peer.cancelled.empty(); }));
  EXPECT_EQ(peer.cancelled[0], 7u);
  EXPECT_TRUE(refused.results.empty());
}

TEST_F(served, large_deliveries_pass_and_one_that_no_frame_holds_comes_back_rejected) {
  settings.max_message_bytes = settings.max_outputs_bytes = std::uint64_t{4} << 20;
  serve();
  const test_peer& peer = join();
  server_session& session = *owner.sessions[0];
  peers[0]->say(wire::credit{0, 100, std::uint64_t{1} << 40});
  ASSERT_TRUE(comes_true([&] { return session.room(0) > 0; }));
  const std::string large(4 << 20, 'l');
  const std::string too_large(max_frame_bytes(settings), 't');
  engine::worker_report refused;
  session.deliver(0,
                  std::vector{delivery_of("a", 1), delivery_of(too_large, 2), delivery_of(large, 3),
                              delivery_of("b", 4)},
                  refused);
  ASSERT_EQ(refused.results.size(), 1u);
  EXPECT_EQ(refused.results[0].delivery.token(), 2u);
  EXPECT_EQ(refused.results[0].what, engine::outcome::rejected);
  EXPECT_THAT(refused.reasons, HasSubstr("max_message_bytes"));
  EXPECT_EQ(session.room(0), 0u); // until the peer has taken what waits
  ASSERT_TRUE(comes_true([&] { return peer.payloads.size() == 3; }));
  EXPECT_EQ(peer.payloads[1], large);
  EXPECT_TRUE(comes_true([&] { return session.room(0) == 97; }));
}

TEST_F(served, heartbeats_tell_since_when_a_delivery_is_begun) {
  serve();
  test_peer& peer = join();
  peer.running = {{42, 1, 60'000}};
  const std::int64_t before = base::steady_ns() - 60'000'000'000;
  ASSERT_TRUE(comes_true([&] { return !owner.since.empty() && peer.heartbeats > 2; }));
  const std::int64_t since = owner.since.at({1, 42});
  EXPECT_GE(since, before);
  EXPECT_LE(since, base::steady_ns() - 60'000'000'000);
}

TEST_F(served, leaving_is_told_by_either_side) {
  serve();
  join().say(wire::goodbye{"SIGTERM"});
  ASSERT_TRUE(comes_true([&] { return owner.sessions.empty(); }));
  EXPECT_EQ(owner.reasons.at(0), "it said good-bye: SIGTERM");
  const test_peer& dropped = join();
  owner.sessions.at(0)->drop("not needed");
  EXPECT_EQ(owner.sessions.size(), 1u); // heard of later
  ASSERT_TRUE(comes_true([&] { return owner.sessions.empty() && dropped.over; }));
  EXPECT_EQ(dropped.goodbye, "not needed");
  join().wire->close();
  ASSERT_TRUE(comes_true([&] { return owner.sessions.empty(); }));
  EXPECT_THAT(owner.reasons.at(2), HasSubstr("hung up"));
  join().say(wire::welcome{}); // nonsense
  ASSERT_TRUE(comes_true([&] { return owner.sessions.empty(); }));
  using engine::departure;
  EXPECT_THAT(owner.departures, testing::ElementsAre(departure::orderly, departure::orderly,
                                                     departure::lost, departure::lost));
}

TEST_F(served, what_outputs_inherit_counts_for_max_message_bytes) {
  settings.max_message_bytes = 10;
  serve();
  test_peer& peer = join();
  owner.inherited = 4;
  engine::worker_report done;
  done.outputs = {{"1234567"}, {"123456"}};
  done.results = {{{7, 1}, engine::outcome::succeeded, 0, 1},
                  {{8, 1}, engine::outcome::succeeded, 1, 1}};
  peer.say(wire::report{1, &done}); // task "split"
  ASSERT_TRUE(comes_true([&] { return owner.reports.size() == 2; }));
  EXPECT_EQ(owner.reports[0].what, engine::outcome::rejected);
  EXPECT_EQ(owner.reports[1].what, engine::outcome::succeeded);
}

TEST_F(served, a_session_may_be_dropped_in_the_middle_of_its_report) {
  serve();
  test_peer& peer = join();
  owner.on_report = [](server_session& session) { session.drop("enough"); };
  peer.report(0, 1);
  peer.report(0, 2);
  ASSERT_TRUE(comes_true([&] { return owner.sessions.empty() && peer.over; }));
  EXPECT_EQ(owner.reports.size(), 1u);
  EXPECT_EQ(owner.reasons.at(0), "enough");
}

TEST_F(served, closing_says_good_bye_to_all) {
  serve();
  const test_peer& one = join();
  const test_peer& two = join();
  const test_peer& newcomer = *connect();
  const test_peer& idle = introduce();
  server_->close("the topology stops");
  ASSERT_TRUE(comes_true([&] { return server_->all_gone(); }));
  EXPECT_TRUE(owner.sessions.empty());
  ASSERT_TRUE(comes_true([&] { return one.over && two.over && newcomer.over && idle.over; }));
  EXPECT_EQ(owner.reasons.size(), 2u);
  EXPECT_EQ(one.goodbye, "the topology stops");
  EXPECT_EQ(two.goodbye, "the topology stops");
}

TEST_F(served, over_ipv6_and_over_a_unix_socket) {
  settings.listen = *listening_address("::1", 0);
  serve();
  join();
  const auto path = std::filesystem::temp_directory_path() /
                    ("tempest-net-" + std::to_string(::getpid()) + ".sock");
  settings.listen = *listening_address("unix:" + path.string(), 0);
  serve();
  join();
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(served, an_address_that_is_taken_or_not_trusted_is_named) {
  serve();
  settings.listen = server_->where();
  server second(in, settings, pool, owner);
  try {
    second.listen();
    ADD_FAILURE() << "it listens";
  } catch (const base::failure& why) {
    EXPECT_EQ(why.code(), base::exit_code::unavailable);
    EXPECT_THAT(why.what(), HasSubstr(settings.listen.text()));
  }
  settings.listen = *listening_address("0.0.0.0", 0);
  try {
    const server trusting(in, settings, pool, owner);
    ADD_FAILURE() << "it trusts everybody";
  } catch (const base::failure& why) {
    EXPECT_EQ(why.code(), base::exit_code::bad_config);
    EXPECT_THAT(why.what(), HasSubstr("auth_token"));
  }
}

TEST_F(served, hears_of_the_work_of_those_that_are_there) {
  serve();
  test_peer& peer = introduce();
  peer.work_done = {{1, 7}};
  const int before = peer.heartbeats;
  EXPECT_TRUE(comes_true([&] { return peer.heartbeats > before + 2; }));
  EXPECT_TRUE(owner.busy_ns.empty()) << "it is not there yet";
  grant_nothing(peer);
  using told = std::map<std::size_t, std::uint64_t>;
  EXPECT_TRUE(comes_true([&] { return owner.busy_ns == told{{1, 7}}; }));
  peer.work_done = {{0, 5}, {1, 9}};
  EXPECT_TRUE(comes_true([&] { return owner.busy_ns == told{{0, 5}, {1, 9}}; }));
  peer.work_done = {{2, 1}};
  EXPECT_TRUE(comes_true([&] { return peer.over; })) << "there is no such task";
}

TEST_F(served, hears_of_sinks_that_are_away_and_that_they_are_so_no_more) {
  serve();
  test_peer& peer = introduce();
  peer.sinks = {{1, "no disk"}};
  const int before = peer.heartbeats;
  EXPECT_TRUE(comes_true([&] { return peer.heartbeats > before + 2; }));
  EXPECT_TRUE(owner.sinks.empty()) << "it is not there yet";
  grant_nothing(peer);
  using told = std::map<std::size_t, std::string>;
  EXPECT_TRUE(comes_true([&] { return owner.sinks == told{{0, ""}, {1, "no disk"}}; }));
  peer.sinks.clear();
  EXPECT_TRUE(comes_true([&] { return owner.sinks == told{{0, ""}, {1, ""}}; }));
}

TEST_F(served, hears_of_tasks_that_are_stuck_and_that_they_are_no_more) {
  serve();
  test_peer& peer = introduce();
  peer.stuck = {1};
  const int before = peer.heartbeats;
  EXPECT_TRUE(comes_true([&] { return peer.heartbeats > before + 2; }));
  EXPECT_TRUE(owner.stuck_tasks.empty()) << "it is not there yet";
  grant_nothing(peer);
  using told = std::vector<std::pair<std::size_t, bool>>;
  EXPECT_TRUE(comes_true([&] { return owner.stuck_tasks == told{{1, true}}; }));
  peer.stuck.clear();
  EXPECT_TRUE(comes_true([&] { return owner.stuck_tasks == told{{1, true}, {1, false}}; }));
  peer.stuck = {2};
  EXPECT_TRUE(comes_true([&] { return peer.over; })) << "there is no such task";
}

} // namespace
} // namespace tempest::net
