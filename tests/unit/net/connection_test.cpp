// Frames arrive whole and in order, few writes carry many, and a peer that does not do its part is
// noticed.
#include "runtime/net/connection.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/clock.hpp"
#include "tests/unit/net/pipe_transport.hpp"

namespace tempest::net {
namespace {

using std::chrono::milliseconds;

struct listening_user final : connection_user {
  void received(const wire::frame_reader::frame& frame) override {
    heard.emplace_back(frame.body.data(), frame.body.size());
    if (heard.back().starts_with("nonsense")) throw wire::protocol_error("it talks nonsense");
    if (on_frame) on_frame();
  }
  void heartbeat_due() override { ++heartbeats; }
  void ended(std::string_view reason) override {
    ++ends;
    why = reason;
    if (on_end) on_end();
  }
  // What was heard, without the zeros that fill a frame up.
  [[nodiscard]] std::string text(std::size_t index) const { return heard.at(index).c_str(); }

  std::vector<std::string> heard;
  std::function<void()> on_frame;
  std::function<void()> on_end;
  std::string why;
  int ends = 0;
  int heartbeats = 0;
};

struct two_ends : testing::Test {
  ~two_ends() override {
    for (const auto& one : {near, far}) {
      if (one != nullptr) one->close();
    }
    while (in.poll()) {
    }
  }
  void start(patience limits = {}) {
    start_near(limits);
    far = std::make_shared<connection>(in, std::make_unique<pipe_transport>(in, to_far, to_near),
                                       pool, patience{}, far_user);
    far->start(false);
  }
  void start_near(patience limits) {
    near = std::make_shared<connection>(in, std::make_unique<pipe_transport>(in, to_near, to_far),
                                        pool, limits, near_user);
    near->start(true);
  }
  void wait_until(const std::function<bool()>& so) {
    const std::int64_t limit = base::steady_ns() + 60'000'000'000;
    while (!so() && base::steady_ns() < limit) in.wait(base::steady_ns() + 10'000'000);
    ASSERT_TRUE(so());
  }
  static std::string_view body(std::string_view text) { return text; }

  loop in;
  base::chunk_pool pool;
  std::shared_ptr<pipe_line> to_near = std::make_shared<pipe_line>();
  std::shared_ptr<pipe_line> to_far = std::make_shared<pipe_line>();
  listening_user near_user, far_user;
  std::shared_ptr<connection> near, far;
};

TEST_F(two_ends, hear_each_other_and_what_is_said_in_one_turn_is_one_write) {
  start();
  for (const std::string_view word : {"one", "two", "three"}) near->send(word);
  EXPECT_GT(near->waiting(), 0u);
  wait_until([&] { return far_user.heard.size() == 3; });
  EXPECT_EQ(far_user.text(0), "one");
  EXPECT_EQ(far_user.text(2), "three");
  EXPECT_EQ(to_far->writes, 1u);
  EXPECT_EQ(near->waiting(), 0u);
  far_user.on_frame = [&] { far->send(body("answer")); };
  near->send(body("question"));
  wait_until([&] { return near_user.heard.size() == 1; });
  EXPECT_EQ(near_user.text(0), "answer");
}

TEST_F(two_ends, read_long_frames_only_from_a_peer_that_was_let_in) {
  start();
  const std::string large(3 * wire::max_hello_bytes, 'x');
  near->open(large.size() + 8, milliseconds(60'000));
  far->send(large);
  wait_until([&] { return near_user.heard.size() == 1; });
  EXPECT_EQ(near_user.heard[0].size(), large.size() + 4); // filled up
  near->send(large);
  wait_until([&] { return far_user.ends == 1; });
  EXPECT_NE(far_user.why.find("at most 65536"), std::string::npos) << far_user.why;
}

TEST_F(two_ends, say_why_to_a_peer_that_talks_nonsense_and_hear_no_more_of_it) {
  start();
  near_user.on_end = [&] { near->leave(body("that was nonsense")); };
  for (const std::string_view word : {"sense", "nonsense", "more"}) far->send(word);
  wait_until([&] { return far_user.ends == 1; });
  EXPECT_EQ(near_user.why, "it talks nonsense");
  EXPECT_EQ(near_user.heard.size(), 2u);
  ASSERT_EQ(far_user.heard.size(), 1u);
  EXPECT_EQ(far_user.text(0), "that was nonsense");
  wait_until([&] { return near->closed() && far->closed(); });
}

// However its words come in, the first of them tell what it is.
TEST_F(two_ends, see_who_is_no_tempest_process) {
  start_near({});
  for (const char one : std::string_view("GET")) {
    to_near->bytes.push_back(one);
    pipe_transport::move(in, *to_near);
    wait_until([&] { return to_near->bytes.empty(); });
  }
  to_near->bytes = " / HTTP/1.1\r\n";
  pipe_transport::move(in, *to_near);
  wait_until([&] { return near_user.ends == 1; });
  EXPECT_EQ(near_user.why, "it is no Tempest task process (it said 'GET / HTTP/1.1')");
}

TEST_F(two_ends, see_that_they_went_to_somebody_else) {
  start({});
  to_far->bytes = "J\n";
  to_far->ended = true;
  pipe_transport::move(in, *to_far);
  wait_until([&] { return far_user.ends == 1; });
  EXPECT_NE(far_user.why.find("no Tempest topology (it answered 'J')"), std::string::npos)
      << far_user.why;
}

TEST_F(two_ends, take_one_who_was_understood_for_one_of_theirs) {
  start({});
  far->send(body("hello"));
  wait_until([&] { return near_user.heard.size() == 1; });
  to_near->bytes = "nonsense";
  pipe_transport::move(in, *to_near);
  wait_until([&] { return near_user.ends == 1; });
  EXPECT_EQ(near_user.why.find("a frame of"), 0u) << near_user.why;
}

TEST_F(two_ends, leave_once_all_is_said) {
  start();
  near->send(body("all"));
  near->leave(body("farewell"));
  near->send(body("too late"));
  wait_until([&] { return near->closed() && far->closed(); });
  ASSERT_EQ(far_user.heard.size(), 2u);
  EXPECT_EQ(far_user.text(1), "farewell");
  EXPECT_EQ(far_user.ends, 1);
  EXPECT_EQ(near_user.ends, 0); // it knows
}

TEST_F(two_ends, part_in_the_middle_of_what_one_hears) {
  start();
  near_user.on_frame = [&] { near->close(); };
  far->send(body("one"));
  far->send(body("two"));
  wait_until([&] { return far_user.ends == 1; });
  EXPECT_EQ(near_user.heard.size(), 1u);
  EXPECT_EQ(near_user.ends, 0);
}

TEST_F(two_ends, do_not_wait_for_a_farewell_that_is_not_read) {
  to_far->capacity = 0;
  start({.farewell = milliseconds(20)});
  near->leave(body("farewell"));
  wait_until([&] { return near->closed(); });
  EXPECT_TRUE(far_user.heard.empty());
}

struct leaving : two_ends {
  static constexpr std::int64_t second = 1'000'000'000;
  static constexpr std::int64_t a_while = second / 2; // longer than a farewell, and a silence
  static constexpr patience short_farewell{.silence = milliseconds(200),
                                           .farewell = milliseconds(20)};

  // The peer takes a little of what comes now and then, until then; afterwards all of it.
  void read_slowly_until(std::int64_t then_ns) {
    const std::int64_t now_ns = base::steady_ns();
    if (now_ns > then_ns) to_far->capacity = 1'000'000;
    if (now_ns < next_ns) return;
    next_ns = now_ns + second / 100;
    read += to_far->bytes;
    to_far->bytes.clear();
    pipe_transport::move(in, *to_far);
  }
  void say_and_leave(std::int64_t until_ns) {
    near->send(std::string(100'000, 'x'));
    near->leave(body("farewell"), until_ns);
    EXPECT_GT(near->said(), 100'000u);
  }

  std::string read;
  std::int64_t next_ns = 0;
};

TEST_F(leaving, waits_for_a_slow_reader) {
  to_far->capacity = 64;
  start_near(short_farewell);
  const std::int64_t since = base::steady_ns();
  say_and_leave(since + 60 * second);
  wait_until([&] {
    read_slowly_until(since + a_while);
    return near->closed() || (to_far->ended && to_far->bytes.empty());
  });
  EXPECT_EQ(read.size(), near->said());
  EXPECT_NE(read.find("farewell"), std::string::npos);
  EXPECT_EQ(near->arrived(), near->said());
}

// What waits on the way to the peer is taken when it arrives, not when the system has it.
TEST_F(leaving, waits_for_what_the_system_has_taken_alone) {
  start_near(short_farewell);
  const std::int64_t since = base::steady_ns();
  say_and_leave(since + 60 * second);
  wait_until([&] {
    if (!to_far->bytes.empty()) to_far->bytes.erase(0, 1);
    return base::steady_ns() > since + a_while;
  });
  EXPECT_FALSE(near->closed());
  EXPECT_LT(near->arrived(), near->said());
  to_near->ended = true; // it hangs up
  pipe_transport::move(in, *to_near);
  wait_until([&] { return near->closed(); });
  EXPECT_EQ(near->arrived(), near->said() - to_far->bytes.size());
}

TEST_F(leaving, waits_for_a_peer_that_talks_and_has_not_read_all) {
  start_near(short_farewell);
  const std::int64_t since = base::steady_ns();
  say_and_leave(since + 60 * second);
  wait_until([&] {
    to_far->bytes.clear();
    to_near->bytes.append("alive");
    pipe_transport::move(in, *to_near);
    return base::steady_ns() > since + a_while;
  });
  EXPECT_FALSE(near->closed());
}

TEST_F(leaving, does_not_wait_for_one_that_takes_nothing_more) {
  to_far->capacity = 1'000;
  start_near(short_farewell);
  say_and_leave(base::steady_ns() + 3'600 * second);
  wait_until([&] {
    to_near->bytes.append("alive");
    pipe_transport::move(in, *to_near);
    return near->closed();
  });
  EXPECT_EQ(near->arrived(), 0u);
}

TEST_F(leaving, does_not_wait_for_a_slow_reader_for_ever) {
  to_far->capacity = 64;
  start_near({.silence = milliseconds(60'000), .farewell = milliseconds(20)});
  const std::int64_t limit = base::steady_ns() + a_while;
  say_and_leave(limit);
  wait_until([&] {
    read_slowly_until(limit + 60 * second);
    return near->closed();
  });
  EXPECT_GE(base::steady_ns(), limit);
  EXPECT_GT(near->arrived(), 0u);
  EXPECT_LT(near->arrived(), near->said());
}

TEST_F(two_ends, notice_a_peer_that_never_introduces_itself) {
  start({.first_frame = milliseconds(20)});
  wait_until([&] { return near_user.ends == 1; });
  EXPECT_EQ(near_user.why, "it did not introduce itself within 20 ms");
  EXPECT_TRUE(near->closed());
}

// A byte now and then is no introduction.
TEST_F(two_ends, notice_a_peer_that_introduces_itself_for_ever) {
  start({.first_frame = milliseconds(50)});
  to_near->bytes = std::string("\xf0\xff\0\0", 4);
  int said = 0; // never the whole frame, however fast this machine is
  wait_until([&] {
    if (to_near->bytes.empty() && said++ < 10'000) to_near->bytes.push_back('\0');
    pipe_transport::move(in, *to_near);
    return near_user.ends == 1;
  });
  EXPECT_EQ(near_user.why, "it did not introduce itself within 50 ms");
}

TEST_F(two_ends, notice_a_peer_that_falls_silent) {
  start({.silence = milliseconds(20)});
  near->open(1000, milliseconds(5));
  far->send(body("hello"));
  wait_until([&] { return near_user.ends == 1; });
  EXPECT_EQ(near_user.why, "it is silent");
}

TEST_F(two_ends, stay_while_each_says_its_heartbeat) {
  start({.silence = milliseconds(200)});
  near->open(1000, milliseconds(5));
  far->open(1000, milliseconds(5));
  far->send(body("hello"));
  const std::int64_t until = base::steady_ns() + 400'000'000;
  wait_until([&] {
    if (far_user.heartbeats > 0) far->send(body("alive"));
    far_user.heartbeats = 0;
    return base::steady_ns() > until;
  });
  EXPECT_EQ(near_user.ends, 0);
  EXPECT_GT(near_user.heartbeats, 0);
}

// It talks, so it lives; but what it is told stays where it is.
TEST_F(two_ends, notice_a_peer_that_does_not_read) {
  to_far->capacity = 4;
  start_near({.silence = milliseconds(300)});
  near->open(1000, milliseconds(5));
  near->send(body("you there"));
  wait_until([&] {
    to_near->bytes.append("\x04\0\0\0abcd", 8);
    pipe_transport::move(in, *to_near);
    return near_user.ends == 1;
  });
  EXPECT_EQ(near_user.why, "it does not read what it is told");
}

// A peer's words may wait in the system while this process does not run.
TEST_F(two_ends, do_not_blame_the_other_for_their_own_sleep) {
  start({.silence = milliseconds(20)});
  near->open(1000, milliseconds(1));
  far->send(body("hello"));
  wait_until([&] { return near_user.heard.size() == 1; });
  const std::int64_t awake_ns = base::steady_ns() + 60'000'000;
  while (base::steady_ns() < awake_ns) {
  }
  in.poll();
  EXPECT_EQ(near_user.ends, 0);
  wait_until([&] { return near_user.ends == 1; });
}

} // namespace
} // namespace tempest::net
