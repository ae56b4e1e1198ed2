// What a topology does with what a task process says, over a pipe.
#include "runtime/net/peer_session.hpp"

#include <gtest/gtest.h>

#include "runtime/base/clock.hpp"
#include "tests/unit/net/pipe_transport.hpp"

namespace tempest::net {
namespace {

struct noting_host final : session_host {
  void introduced(peer_session& who, const wire::hello&) override {
    who.let_in({{0, 1}}, "host/1", wire::welcome{wire::version_major, 0, 42, 100'000, 8'000});
  }
  void granted(peer_session&) override { ++grants; }
  void reported(peer_session&, std::size_t, engine::worker_report&) override {}
  [[nodiscard]] std::uint64_t inherited_bytes(engine::delivery_ref) const override { return 0; }
  void running(peer_session&, std::size_t, std::span<const engine::begun> begun) override {
    running_heard += begun.size();
  }
  void stuck(peer_session&, std::size_t, bool now) override { stuck_heard += now ? 1 : 0; }
  void worked(peer_session&, std::size_t, const wire::work&) override {}
  void sink_trouble(peer_session&, std::size_t task, std::string_view reason) override {
    EXPECT_EQ(task, 0u);
    sinks_heard.emplace_back(reason);
  }
  void ended(peer_session&, std::string_view, bool) override { ++ends; }
  void dropped(peer_session&, std::string) override {}

  std::size_t grants = 0;
  std::size_t running_heard = 0;
  std::size_t stuck_heard = 0;
  std::vector<std::string> sinks_heard;
  std::size_t ends = 0;
};

// The task process's side.
struct session_of_a_process : testing::Test, connection_user {
  session_of_a_process() {
    host.pool = &pool;
    host.max_frame_bytes = 100'000;
    host.limits.resize(1);
    session = std::make_unique<peer_session>(
        host, reader, in, std::make_unique<pipe_transport>(in, to_topology, to_process),
        patience{});
    process = std::make_shared<connection>(
        in, std::make_unique<pipe_transport>(in, to_process, to_topology), pool, patience{}, *this);
    session->start();
    process->start(false);
    wire::hello who;
    who.tasks = {{"count", true, 1}};
    say(who);
    until([&] { return session->in(); });
    process->open(100'000, std::chrono::milliseconds(60'000));
    say(wire::credit{0, 10, 1000});
    until([&] { return host.grants == 1; });
  }
  ~session_of_a_process() override {
    process->close();
    session->close();
    while (in.poll()) {
    }
  }
  void received(const wire::frame_reader::frame&) override {}
  void heartbeat_due() override {}
  void ended(std::string_view) override {}

  template <typename Message>
  void say(const Message& said) {
    process->send(out.encode(said));
  }
  void until(const std::function<bool()>& so) {
    const std::int64_t limit = base::steady_ns() + 60'000'000'000;
    while (!so() && base::steady_ns() < limit) in.wait(base::steady_ns() + 10'000'000);
    ASSERT_TRUE(so());
  }

  loop in;
  base::chunk_pool pool;
  std::shared_ptr<pipe_line> to_topology = std::make_shared<pipe_line>();
  std::shared_ptr<pipe_line> to_process = std::make_shared<pipe_line>();
  noting_host host;
  wire::decoder reader{pool};
  wire::encoder out;
  std::unique_ptr<peer_session> session;
  std::shared_ptr<connection> process;
};

// The process begins a suspect once it knows that, and has nothing else to do meanwhile.
TEST_F(session_of_a_process, what_is_begun_is_acknowledged_at_once) {
  wire::heartbeat idle;
  idle.stuck = {0};
  say(idle);
  until([&] { return host.stuck_heard == 1; });
  EXPECT_EQ(to_topology->acknowledged, 0u);
  wire::heartbeat busy;
  busy.running = {{7, 0, 30}};
  say(busy);
  until([&] { return host.running_heard == 1; });
  EXPECT_EQ(to_topology->acknowledged, 1u);
}

TEST_F(session_of_a_process, what_is_said_of_a_sink_is_told_until_it_is_not_said_again) {
  wire::heartbeat away;
  away.sinks = {{0, "no disk"}};
  say(away);
  say(wire::heartbeat{});
  until([&] { return host.sinks_heard.size() == 2; });
  EXPECT_EQ(host.sinks_heard, (std::vector<std::string>{"no disk", ""}));
}

TEST_F(session_of_a_process, what_is_said_of_a_sink_is_short_and_fit_for_a_line) {
  const std::string nonsense = "\n\xff" + std::string(70'000, 'x');
  wire::heartbeat away;
  away.sinks = {{0, nonsense}};
  say(away);
  until([&] { return host.sinks_heard.size() == 1; });
  EXPECT_EQ(host.sinks_heard[0], "\\x0a\\xff" + std::string(wire::longest_trouble - 2, 'x'));
}

TEST_F(session_of_a_process, that_speaks_of_the_sink_of_a_task_that_it_has_not_is_ended) {
  wire::heartbeat away;
  away.sinks = {{1, "no disk"}};
  say(away);
  until([&] { return host.ends == 1; });
  EXPECT_TRUE(host.sinks_heard.empty());
}

} // namespace
} // namespace tempest::net
