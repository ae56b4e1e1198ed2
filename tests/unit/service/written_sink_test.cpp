// How a process tells of the sinks that its workers write to.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "runtime/base/clock.hpp"
#include "runtime/base/doorbell.hpp"
#include "runtime/service/worker_threads.hpp"
#include "tests/support/metric_values.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

std::atomic<bool> away;

struct now_and_then {
  void connect() {
    if (away) throw std::runtime_error("the disk is not there");
  }
  bool healthy() { return !away; }
  void write(const messages&, std::span<written>) {}
  void flush() {}
};

struct idler {
  void handle(const message&, outbox&) {}
};

class no_work final : public worker_feed {
  [[nodiscard]] std::size_t queued(std::uint32_t) const override { return 0; }
  void take(std::uint32_t, engine::worker_id, std::size_t,
            std::vector<tempest_delivery>&) override {}
  void report(std::uint32_t, engine::worker_id, engine::worker_report&) override {}
  void take_away(std::uint32_t, engine::worker_id, engine::worker_report&) override {}
  void gone(engine::worker_id, std::span<const engine::delivery_ref>) override {}
  [[nodiscard]] bool useless(engine::delivery_ref) const override { return false; }
  void begun(engine::worker_id, std::span<const engine::begun>) override {}
  [[nodiscard]] std::string_view message_id(engine::delivery_ref) const override { return {}; }
};

struct a_written_sink : testing::Test {
  a_written_sink() {
    away = true;
    rig.task<idler>("split");
    rig.sink_task<now_and_then>("store");
  }
  [[nodiscard]] double up() const {
    return metrics::values(shared->metrics).at("tempest_sink_up{topology=\"test\",task=\"store\"}");
  }

  topology_rig rig;
  base::doorbell bell;
  std::optional<run_health> health;
  std::optional<run_resources> shared;
  no_work feed;
};

TEST_F(a_written_sink, is_told_of_as_it_is) {
  health.emplace(rig.plan, run_health::role::topology, 0);
  shared.emplace(bell, *health, "test");
  worker_threads threads(rig.plan, *shared);
  EXPECT_EQ(up(), 0) << "nothing is known yet";
  threads.start();
  const auto says = [&](const std::string& trouble) {
    const std::int64_t limit = base::steady_ns() + 60'000'000'000;
    do {
      bell.wait(base::steady_ns() + 10'000'000);
      threads.observe(feed, base::steady_ns());
    } while (threads.sink_trouble(1) != trouble && base::steady_ns() < limit);
    EXPECT_EQ(threads.sink_trouble(1), trouble);
    EXPECT_EQ(health->task_trouble(1), trouble);
    EXPECT_EQ(threads.sink_trouble(0), "") << "it is no sink";
  };
  says("the disk is not there");
  EXPECT_EQ(up(), 0);
  away = false;
  says("");
  EXPECT_EQ(up(), 1);
  threads.close();
  threads.hurry();
  while (!threads.all_done()) bell.wait(base::steady_ns() + 10'000'000);
  threads.join();
  for (const auto& [name, value] : metrics::values(shared->metrics)) {
    EXPECT_FALSE(name.starts_with("tempest_sink_up") && name.find("split") != std::string::npos);
  }
}

} // namespace
} // namespace tempest::service
