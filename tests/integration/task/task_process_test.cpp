// A task process between a real server and real worker threads: how it works, and how it leaves.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include "runtime/service/task_process.hpp"
#include "tests/integration/net/rig.hpp"
#include "tests/unit/service/gate.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using std::chrono::milliseconds;

struct upper {
  void handle(const message& in, outbox& out) {
    std::string text(in.text());
    for (char& one : text) one = static_cast<char>(std::toupper(one));
    out.emit(text);
  }
};

struct broken {
  broken() { throw std::runtime_error("no database"); }
  void handle(const message&, outbox&) {}
};

// A topology that notes what comes back, outputs included.
struct noting_topology final : net::noting_owner {
  void reported(net::server_session& session, std::size_t task,
                engine::worker_report& done) override {
    for (const engine::result& one : done.results) {
      results.push_back({one.delivery.token(), one.what});
      if (one.what == engine::outcome::succeeded && one.output_count > 0) {
        outputs.emplace_back(done.outputs[one.first_output].payload);
      }
    }
    net::noting_owner::reported(session, task, done);
  }
  [[nodiscard]] std::size_t count(engine::outcome what) const {
    return static_cast<std::size_t>(std::count_if(
        results.begin(), results.end(), [&](const auto& one) { return one.second == what; }));
  }
  std::vector<std::pair<std::uint64_t, engine::outcome>> results;
  std::vector<std::string> outputs;
};

struct task_process : testing::Test {
  task_process() {
    gate::close();
    rig.plan.settings.graceful_shutdown = milliseconds(20'000);
    char pattern[] = "/tmp/tempest-task-XXXXXX";
    folder = ::mkdtemp(pattern);
    settings.topology = "test";
    settings.listen = *net::parse_address("unix:" + folder + "/socket");
    settings.heartbeat = milliseconds(20);
  }
  ~task_process() override {
    gate::open();
    stop.count = 2;
    finish();
    server.reset();
    while (in.poll()) {
    }
    std::filesystem::remove_all(folder);
  }

  template <typename Task>
  void start(std::uint32_t workers = 1, bool leaf = true) {
    const std::uint32_t task = rig.task<Task>("T1", workers);
    if (!leaf) rig.edge(task, rig.task<upper>("T2"));
    if (!leaf) rig.plan.tasks.back().plugin.descriptor = nullptr; // of another process
    settings.tasks = {{"T1", leaf}};
    process = std::thread([this] {
      run_options options;
      options.stop = &stop;
      report = run_task_process(rig.plan, options, {{settings.listen}, milliseconds(50), "test/1"});
    });
  }
  void serve() {
    server = std::make_unique<net::server>(in, settings, pool, topology);
    server->listen();
  }
  void join() {
    ASSERT_TRUE(comes_true([&] { return !topology.sessions.empty(); }));
    ASSERT_TRUE(comes_true([&] { return session().room(0) > 0; }));
  }
  net::server_session& session() { return *topology.sessions.front(); }
  void deliver(std::uint64_t first, std::size_t count) {
    std::vector<tempest_delivery> rows(count);
    for (std::size_t i = 0; i < count; ++i) {
      rows[i].host_token = first + i;
      rows[i].payload = {"payload", 7};
      rows[i].attempt = rows[i].deliveries = 1;
    }
    engine::worker_report refused;
    session().deliver(0, rows, refused);
    ASSERT_TRUE(refused.results.empty());
  }
  template <typename Condition>
  [[nodiscard]] bool comes_true(Condition so) {
    const std::int64_t limit = base::steady_ns() + 60'000'000'000;
    while (!so() && base::steady_ns() < limit) in.wait(base::steady_ns() + 10'000'000);
    return so();
  }
  void wait_for_a_handler() {
    ASSERT_TRUE(comes_true([] {
      const std::scoped_lock lock(gate::mutex);
      return gate::arrived > 0;
    }));
  }
  void finish() {
    if (process.joinable()) process.join();
  }
  // With the loop running meanwhile: the topology hears the last words.
  void wait_for_good_bye() {
    ASSERT_TRUE(comes_true([&] { return topology.sessions.empty(); }));
    finish();
  }

  base::chunk_pool pool;
  net::loop in;
  topology_rig rig;
  net::server_settings settings;
  noting_topology topology;
  std::unique_ptr<net::server> server;
  std::string folder;
  stop_request stop;
  std::thread process;
  run_report report;
};

TEST_F(task_process, works_and_reports) {
  start<upper>(2, false);
  serve();
  join();
  for (std::uint64_t sent = 0; sent < 2000;) {
    const std::size_t some = std::min<std::size_t>(session().room(0), 2000 - sent);
    deliver(sent, some);
    sent += some;
    ASSERT_TRUE(comes_true([&] { return session().room(0) > 0; }));
  }
  ASSERT_TRUE(comes_true([&] { return topology.outputs.size() == 2000; }));
  EXPECT_EQ(topology.outputs[1999], "PAYLOAD");
  stop.count = 1;
  wait_for_good_bye();
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_FALSE(report.has_source);
  ASSERT_EQ(report.tasks.size(), 1u);
  EXPECT_EQ(report.tasks[0].handled, 2000u);
}

TEST_F(task_process, told_to_end_it_finishes_what_is_begun_and_returns_the_rest) {
  start<gated>();
  serve();
  join();
  deliver(1, 40); // one for the worker's hands, one for its link, the others wait
  wait_for_a_handler();
  stop.count = 1;
  ASSERT_TRUE(comes_true([&] { return topology.count(engine::outcome::returned) == 39; }));
  EXPECT_EQ(session().room(0), 0u);
  gate::open();
  wait_for_good_bye();
  EXPECT_EQ(topology.count(engine::outcome::succeeded), 1u);
  EXPECT_EQ(topology.count(engine::outcome::returned), 39u);
  EXPECT_EQ(topology.results.size(), 40u);
  EXPECT_THAT(topology.reasons.at(0), testing::HasSubstr("it shuts down"));
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(gate::shutdowns.load(), 1);
}

TEST_F(task_process, does_not_wait_for_ever) {
  rig.plan.settings.graceful_shutdown = milliseconds(50);
  start<gated>();
  serve();
  join();
  deliver(1, 1);
  wait_for_a_handler();
  stop.count = 1;
  wait_for_good_bye();
  EXPECT_EQ(report.exit_code, 75);
  EXPECT_TRUE(report.stuck);
  EXPECT_TRUE(topology.results.empty());
}

TEST_F(task_process, heartbeats_tell_what_is_begun_while_a_handler_runs) {
  start<gated>();
  serve();
  join();
  deliver(1, 3);
  const std::int64_t given = base::steady_ns();
  wait_for_a_handler();
  ASSERT_TRUE(comes_true([&] {
    const auto seen = topology.since.find({0, 1});
    return seen != topology.since.end() && base::steady_ns() - seen->second > 500'000'000;
  }));
  const std::int64_t since = topology.since.at({0, 1});
  EXPECT_GE(since, given - 300'000'000);       // as far as looking now and then can tell
  EXPECT_EQ(topology.since.count({0, 3}), 0u); // waits: nothing counts against it
}

// The first is in the worker's hands.
TEST_F(task_process, returns_what_is_cancelled_and_not_begun) {
  start<gated>();
  serve();
  join();
  deliver(1, 20);
  wait_for_a_handler();
  session().cancel(std::vector<std::uint64_t>{1, 20});
  ASSERT_TRUE(comes_true([&] { return topology.results.size() == 1; }));
  EXPECT_EQ(topology.results[0], (std::pair{std::uint64_t{20}, engine::outcome::returned}));
  gate::open();
  ASSERT_TRUE(comes_true([&] { return topology.results.size() == 20; }));
  EXPECT_EQ(topology.count(engine::outcome::returned), 1u);
  EXPECT_EQ(topology.count(engine::outcome::succeeded), 19u) << "what is begun ends";
}

TEST_F(task_process, serves_the_next_topology_and_tells_it_nothing_of_the_last) {
  start<gated>();
  serve();
  join();
  deliver(1, 5);
  wait_for_a_handler();
  server.reset();
  topology.sessions.clear();
  serve();
  join();
  gate::open();
  deliver(100, 1);
  ASSERT_TRUE(comes_true([&] { return topology.results.size() == 1; }));
  EXPECT_EQ(topology.results[0].first, 100u);
}

TEST_F(task_process, whose_plugin_cannot_start_joins_nobody) {
  serve();
  start<broken>();
  finish();
  EXPECT_EQ(report.exit_code, 78);
  EXPECT_THAT(report.fatal.at(0), testing::HasSubstr("no database"));
  while (in.poll()) {
  }
  EXPECT_TRUE(topology.sessions.empty());
}

} // namespace
} // namespace tempest::service
