// Whatever a peer does, it harms itself alone: good peers get in and keep working.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>

#include "runtime/wire/schema.hpp"
#include "tests/integration/net/rig.hpp"
#include "tests/integration/net/stranger.hpp"

namespace tempest::net {
namespace {

using testing::HasSubstr;

struct attacked : served {
  void serve_a_good_peer() {
    serve();
    good = &join();
  }
  void TearDown() override {
    ASSERT_NE(good, nullptr);
    good->report(0, 77);
    EXPECT_TRUE(comes_true([&] {
      return !owner.reports.empty() && owner.reports.back().token == 77;
    })) << "the good peer is not served any more";
    EXPECT_FALSE(good->over) << good->why;
  }
  [[nodiscard]] stranger come() { return stranger(server_->where().port); }
  [[nodiscard]] bool is_thrown_out(stranger& who) {
    return comes_true([&] { return who.hung_up_on(); });
  }
  test_peer& refused_peer() {
    test_peer& peer = *connect();
    peer.say(hello);
    EXPECT_TRUE(comes_true([&] { return peer.over; }));
    return peer;
  }
  test_peer* good = nullptr;
};

TEST_F(attacked, by_garbage_and_impossible_lengths_before_the_hello) {
  serve_a_good_peer();
  for (const std::string& said :
       {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::string(8, '\0'),
        std::string(8, '\xff'), std::string("\x08\0\0\0garbage!", 12),
        std::string("\x01\0\x01\0", 4)}) {
    stranger who = come();
    who.say(said);
    EXPECT_TRUE(is_thrown_out(who));
    EXPECT_EQ(who.heard(), "") << "it learnt something";
  }
  EXPECT_EQ(owner.sessions.size(), 1u);
}

// Somebody's browser or a scraper that was given the wrong port: the log says what came.
TEST_F(attacked, by_those_who_mean_somebody_else) {
  serve_a_good_peer();
  testing::internal::CaptureStderr();
  stranger browser = come();
  browser.say("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(is_thrown_out(browser));
  stranger database = come(); // whose length would do for a frame
  database.say(
      std::string("\x08\0\0\0\x0a"
                  "8.0.33\0",
                  12));
  EXPECT_TRUE(is_thrown_out(database));
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, testing::ContainsRegex("127.0.0.1:[0-9]+ was not let in: it is no Tempest task "
                                           "process .it said 'GET /metrics HTTP/1.1'"));
  EXPECT_THAT(said, HasSubstr("8.0': a frame that is no frame)"));
}

TEST_F(attacked, by_half_a_hello_and_by_silence) {
  settings.limits.first_frame = milliseconds(300);
  serve_a_good_peer();
  stranger half = come();
  half.say(std::string("\x40\0\0\0half", 8));
  stranger silent = come();
  EXPECT_TRUE(is_thrown_out(half));
  EXPECT_TRUE(is_thrown_out(silent));
}

TEST_F(attacked, by_those_who_are_not_let_in) {
  settings.trusted.token = hello.token = "secret";
  serve_a_good_peer();
  hello.token = "guess";
  EXPECT_EQ(refused_peer().refusal, "not let in");
  hello.token = "secret";
  hello.major = wire::version_major + 1;
  EXPECT_THAT(refused_peer().refusal, testing::AllOf(HasSubstr("version 3.1"), HasSubstr("2.1")));
  hello.major = wire::version_major;
  hello.topology = "other";
  EXPECT_THAT(refused_peer().refusal, HasSubstr("'words'"));
  test_peer& rude = *connect();
  rude.say(wire::credit{0, 1, 1});
  ASSERT_TRUE(comes_true([&] { return rude.over; }));
  EXPECT_EQ(rude.refusal + rude.goodbye, "");
  test_peer& newer = *connect(); // what is not known yet is passed over only from who is in
  flatbuffers::FlatBufferBuilder build;
  build.Finish(wire::schema::CreateFrame(build, static_cast<wire::schema::Body>(200),
                                         wire::schema::CreateGoodbye(build, 0).Union()));
  newer.wire->send({reinterpret_cast<const char*>(build.GetBufferPointer()), build.GetSize()});
  ASSERT_TRUE(comes_true([&] { return newer.over; }));
  EXPECT_EQ(owner.sessions.size(), 1u);
}

// However many lines strangers cause, the loss of a task process is one that people need.
TEST_F(attacked, by_those_who_would_hide_that_a_task_process_is_lost) {
  serve_a_good_peer();
  test_peer& lost = join();
  testing::internal::CaptureStderr();
  hello.topology = "other";
  for (int i = 0; i < 30; ++i) refused_peer();
  lost.report(9, 1);
  EXPECT_TRUE(comes_true([&] { return owner.sessions.size() == 1; }));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::ContainsRegex("task process host/1 .* left: "));
}

TEST_F(attacked, by_what_cannot_be_said_in_a_session) {
  serve_a_good_peer();
  const std::vector<std::function<void(test_peer&)>> nonsense = {
      [&](test_peer& peer) { peer.say(hello); },
      [&](test_peer& peer) { peer.say(wire::cancel{{1}}); },
      [&](test_peer& peer) {
        peer.say(wire::credit{2, 1, 1});
      },
      [&](test_peer& peer) { peer.report(9, 1); },
      [&](test_peer& peer) { peer.wire->send(std::string_view("not a FlatBuffer at all")); },
      [&](test_peer& peer) {
        peer.running = {{1, 5, 1}};
      },
      [&](test_peer& peer) { // outputs that are not there, of a task whose children need them
        engine::worker_report done;
        done.results.emplace_back().output_count = 3;
        peer.say(wire::report{1, &done});
      }};
  for (const auto& say : nonsense) {
    test_peer& peer = join();
    say(peer);
    ASSERT_TRUE(comes_true([&] { return peer.over; }));
    EXPECT_NE(peer.goodbye, "") << "it was not told why";
  }
  EXPECT_TRUE(comes_true([&] { return owner.sessions.size() == 1; }));
  EXPECT_EQ(owner.reasons.size(), nonsense.size());
}

// Its owner does not know of it yet.
TEST_F(attacked, by_those_who_speak_of_deliveries_before_they_grant_any) {
  serve_a_good_peer();
  test_peer& reports = introduce();
  reports.report(0, 1);
  test_peer& runs = introduce();
  runs.running = {{1, 0, 1}};
  ASSERT_TRUE(comes_true([&] { return reports.over && runs.over; }));
  EXPECT_THAT(reports.goodbye, HasSubstr("before it grants any"));
  EXPECT_THAT(runs.goodbye, HasSubstr("before it grants any"));
  EXPECT_TRUE(owner.reports.empty());
  EXPECT_TRUE(owner.since.empty());
  EXPECT_TRUE(owner.reasons.empty());
}

TEST_F(attacked, by_reports_of_what_it_was_never_given) {
  serve_a_good_peer();
  test_peer& forger = join();
  for (std::uint64_t token = 0; token < 1000; ++token) forger.report(0, token << 17 | token);
  EXPECT_TRUE(comes_true([&] { return owner.reports.size() == 1000; })); // the engine ignores them
  EXPECT_EQ(owner.sessions.at(1)->in_hand(0), 0u);
  EXPECT_EQ(owner.reports.front().session, owner.sessions[1]);
}

TEST_F(attacked, by_a_thousand_idle_connections) {
  settings.limits.first_frame = milliseconds(600'000); // it is not patience that ends
  serve_a_good_peer();
  std::vector<stranger> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(come());
    in.poll();
  }
  join();
  EXPECT_TRUE(comes_true([&] {
    const auto there =
        std::count_if(idle.begin(), idle.end(), [](stranger& one) { return !one.hung_up_on(); });
    return static_cast<std::size_t>(there) <= settings.max_newcomers;
  }));
}

// Nobody can be accepted meanwhile; it must neither give up nor ask again and again.
TEST_F(attacked, by_those_who_use_up_all_descriptors) {
  serve_a_good_peer();
  stranger late = come();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  testing::internal::CaptureStderr();
  const int next = ::dup(0);
  ::close(next);
  const rlimit used_up{static_cast<rlim_t>(next), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &used_up), 0);
  int turns = 0;
  const std::int64_t until = base::steady_ns() + 500'000'000; // several tries
  while (base::steady_ns() < until) turns += in.wait(until) ? 1 : 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("cannot accept a connection on " + server_->where().text()));
  EXPECT_THAT(said, HasSubstr("may have " + std::to_string(next) + " open"));
  EXPECT_THAT(said, HasSubstr("topology=words"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said; // then ever less often
  EXPECT_EQ(owner.sessions.size(), 1u);
  EXPECT_LT(turns, 1000);
  late.say_frame(wire::encoder().encode(hello));
  late.say_frame(wire::encoder().encode(wire::credit{0, 1, 1}));
  EXPECT_TRUE(comes_true([&] { return owner.sessions.size() == 2; }));
}

TEST_F(attacked, by_more_sessions_than_it_has_place_for) {
  settings.max_sessions = 2;
  serve_a_good_peer();
  join();
  EXPECT_THAT(refused_peer().refusal, HasSubstr("2 task processes"));
}

TEST_F(attacked, by_a_peer_that_stops_answering) {
  settings.limits.silence = milliseconds(500);
  serve_a_good_peer();
  test_peer& frozen = join();
  frozen.alive = false;
  EXPECT_TRUE(comes_true([&] { return frozen.over; }));
  EXPECT_THAT(owner.reasons.at(0), HasSubstr("it is silent"));
}

// Its system takes bytes for a while; then nothing moves, however lively it talks.
TEST_F(attacked, by_a_peer_that_stops_reading) {
  settings.limits.silence = milliseconds(500);
  serve_a_good_peer();
  stranger deaf = come();
  wire::encoder encoder;
  deaf.say_frame(encoder.encode(hello));
  deaf.say_frame(encoder.encode(wire::credit{0, 1, 1}));
  ASSERT_TRUE(comes_true([&] { return owner.sessions.size() == 2; }));
  const std::string payload(std::size_t{32} << 20, 'x');
  tempest_delivery one{};
  one.payload = {payload.data(), payload.size()};
  engine::worker_report refused;
  owner.sessions[1]->deliver(0, {&one, 1}, refused);
  EXPECT_TRUE(comes_true([&] {
    deaf.say_frame(encoder.encode(wire::heartbeat{}));
    return owner.sessions.size() == 1;
  }));
  EXPECT_EQ(owner.reasons.at(0), "it does not read what it is told");
}

} // namespace
} // namespace tempest::net
