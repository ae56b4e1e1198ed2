// One worker with a plain class as its task, a rig that plays the engine, and patience: waits
// poll for a condition with a generous limit.
#pragma once

#include <gtest/gtest.h>
#include <tempest/task.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/worker/link.hpp"
#include "runtime/worker/task_worker.hpp"

namespace tempest::worker {

// What a worker said of one delivery.
struct said {
  engine::outcome what = engine::outcome::succeeded;
  std::string reason;
  std::vector<std::string> outputs;
  std::uint32_t output_count = 0;
};

template <typename Task>
class worker_rig {
 public:
  explicit worker_rig(engine::output_limits limits = {}, std::uint32_t poll_count = 100)
      : definition_(tempest::task<Task>("task", "For tests.")),
        descriptor_(definition_.descriptor()),
        host_(metrics_, {metrics::subject::task, "task"}, "test"),
        link(poll_count, bell_),
        worker(*static_cast<const tempest_task_functions*>(descriptor_->functions), options_, host_,
               link, chunks_, limits) {
    worker.on_fatal = [this](base::exit_code, const std::string& why) { fatal = why; };
    thread_ = std::thread([this] { worker.run(); });
  }
  ~worker_rig() { finish(); }

  // Hands over messages with these payloads; their tokens are 1, 2, ...
  void offer(const std::vector<std::string>& payloads) {
    for (const std::string& text : payloads) {
      texts_.push_back(std::make_unique<std::string>(text));
      tempest_delivery made{};
      made.id = {texts_.back()->data(), texts_.back()->size()};
      made.payload = made.id;
      made.attempt = made.deliveries = 1;
      made.host_token = ++tokens_;
      link.filling().push_back(made);
    }
    link.offer();
  }

  // Waits until `count` results are there, in all.
  std::map<std::uint64_t, said>& results(std::size_t count) {
    wait_until([&] {
      collect();
      return results_.size() >= count;
    });
    EXPECT_EQ(results_.size(), count);
    return results_;
  }
  // How many results are there now.
  std::size_t so_far() {
    collect();
    return results_.size();
  }
  template <typename Condition>
  static void wait_until(Condition holds) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "waited in vain";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  void finish() {
    if (!thread_.joinable()) return;
    link.close();
    thread_.join();
    collect();
    if (worker.deferred_open() == 0) worker.destroy();
  }
  std::vector<engine::begun> begun(std::int64_t now_ns) {
    std::vector<engine::begun> out;
    link.inspect(
        [&](std::span<const tempest_delivery> batch) { worker.begun(now_ns, batch, out); });
    return out;
  }

  std::string fatal;

 private:
  void collect() {
    std::vector<engine::worker_report> reports;
    link.collect(reports);
    for (const engine::worker_report& report : reports) {
      for (const engine::result& one : report.results) {
        said& made = results_[one.delivery.token()];
        made.what = one.what;
        made.reason = report.reasons.substr(one.reason_start, one.reason_length);
        made.output_count = one.output_count;
        for (std::uint32_t i = 0; i < one.output_count && !report.outputs.empty(); ++i) {
          const engine::output& output = report.outputs[one.first_output + i];
          made.outputs.emplace_back(output.forwards ? "(forwarded)" : output.payload);
        }
      }
    }
  }
  impl::definition definition_;
  const tempest_descriptor* descriptor_;
  tempest_options options_{sizeof(tempest_options), 0, sizeof(tempest_value), 0, nullptr};
  metrics::registry metrics_{"test"};
  metrics::plugin_host host_;
  base::chunk_pool chunks_;
  base::doorbell bell_;
  std::vector<std::unique_ptr<std::string>> texts_;
  std::uint64_t tokens_ = 0;
  std::map<std::uint64_t, said> results_;
  std::thread thread_;

 public:
  worker::link link;
  task_worker worker;
};

} // namespace tempest::worker
