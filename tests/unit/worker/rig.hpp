// One worker on its thread with a task made of plain functions, and the engine's side of its link.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/worker/link.hpp"
#include "runtime/worker/task_worker.hpp"

namespace tempest::worker {

inline constexpr std::int64_t patience_ns = 60'000'000'000; // for what comes at once when all works

// Something that one thread waits for and another makes true.
class gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::nanoseconds(patience_ns), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// Tokens count from 1.
inline tempest_delivery delivery(std::uint64_t token, const std::string& payload) {
  tempest_delivery made{};
  made.id = {"message", 7};
  made.payload = {payload.data(), payload.size()};
  made.attempt = made.deliveries = 1;
  made.host_token = token;
  return made;
}

// What became of a delivery, copied from the report.
struct ended {
  engine::outcome what{};
  std::string reason;
  std::vector<engine::output> outputs; // their bytes live as long as the rig
  std::uint32_t output_count = 0;

  [[nodiscard]] std::vector<std::string> payloads() const {
    std::vector<std::string> texts;
    for (const engine::output& one : outputs) texts.emplace_back(one.payload);
    return texts;
  }
};

// The engine's side of a link.
class feeder {
 public:
  explicit feeder(std::uint32_t poll_count) : link(poll_count, bell) {}

  void give(const std::vector<std::string>& payloads) {
    for (const std::string& one : payloads) {
      link.filling().push_back(delivery(++last_token_, bytes_.emplace_back(one)));
      link.filling().back().key = {key.data(), key.size()};
    }
    link.offer();
  }
  // Collects until that many results are there in all.
  [[nodiscard]] bool wait_for(std::size_t results) {
    const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
    for (;;) {
      collect();
      if (results_ >= results) return true;
      if (base::steady_ns() > deadline_ns) return false;
      (void)bell.wait(deadline_ns);
    }
  }
  // As an engine that always has more: `total` of them, as many at once as there is room for.
  [[nodiscard]] bool feed(std::size_t total, const std::string& payload) {
    for (std::size_t given = 0; given < total;) {
      const std::size_t more = std::min(link.room(), total - given);
      give(std::vector<std::string>(more, payload));
      given += more;
      if (more == 0 && !wait_for(results_ + 1)) return false;
    }
    return wait_for(total);
  }
  void collect() {
    std::vector<engine::worker_report> reports;
    link.collect(reports);
    for (engine::worker_report& one : reports) {
      for (const engine::result& result : one.results) enter(one, result);
      kept_.push_back(std::move(one));
    }
  }

  std::string key; // of what is given
  base::doorbell bell;
  worker::link link;
  std::map<std::uint64_t, ended> end_of; // by token
  std::size_t results_ = 0;

 private:
  void enter(const engine::worker_report& report, const engine::result& result) {
    ++results_;
    ended& made = end_of[result.delivery.token()];
    made.what = result.what;
    made.reason = report.reasons.substr(result.reason_start, result.reason_length);
    made.output_count = result.output_count;
    for (std::uint32_t i = 0; i < result.output_count; ++i) {
      const std::size_t place = result.first_output + i;
      if (place < report.outputs.size()) made.outputs.push_back(report.outputs[place]);
    }
  }

  std::deque<std::string> bytes_;
  std::uint64_t last_token_ = 0;
  std::vector<engine::worker_report> kept_;
};

// A task whose functions the test writes. What create gave is in `host`.
struct fake_task {
  std::function<void(const tempest_task_host&, tempest_batch&)> on_handle;
  const char* create_fails = nullptr;
  const char* start_fails = nullptr;
  std::string calls; // create, started, shutdown, destroy by their first letters
  const tempest_task_host* host = nullptr;

  static void say(tempest_error* error, const char* text) {
    std::string(text).copy(error->text, std::string(text).size());
    error->text[std::string(text).size()] = '\0';
  }
  static const tempest_task_functions& functions() {
    static const tempest_task_functions table{
        sizeof(tempest_task_functions),
        0,
        [](const tempest_host*, const tempest_task_host* host, const tempest_options* options,
           tempest_error* error) -> void* {
          // The test's own pointer travels where options would.
          auto* const me =
              reinterpret_cast<fake_task*>(const_cast<tempest_value*>(options->values));
          me->calls += 'c';
          me->host = host;
          if (me->create_fails != nullptr) return say(error, me->create_fails), nullptr;
          return me;
        },
        [](void* task, tempest_error* error) {
          auto* const me = static_cast<fake_task*>(task);
          me->calls += 's';
          if (me->start_fails != nullptr) return say(error, me->start_fails), 0;
          return 1;
        },
        [](void* task, tempest_batch* batch) {
          auto* const me = static_cast<fake_task*>(task);
          me->on_handle(*me->host, *batch);
        },
        [](void* task) { static_cast<fake_task*>(task)->calls += 'h'; },
        [](void* task) { static_cast<fake_task*>(task)->calls += 'd'; }};
    return table;
  }
};

class worker_rig {
 public:
  explicit worker_rig(engine::output_limits limits = {}, std::uint32_t poll_count = 16)
      : engine(poll_count), limits_(limits) {}
  ~worker_rig() {
    if (thread_.joinable()) stop();
  }

  // Handles delivery by delivery with `each`.
  void start_each(std::function<void(const tempest_task_host&, std::uint32_t)> each) {
    start([each = std::move(each)](const tempest_task_host& host, tempest_batch& batch) {
      for (std::uint32_t i = 0; i < batch.count; ++i) {
        if (std::atomic_ref(const_cast<std::uint32_t&>(*batch.interrupt)).load() != 0) return;
        std::atomic_ref(batch.current).store(i);
        each(host, i);
      }
    });
  }
  void start(std::function<void(const tempest_task_host&, tempest_batch&)> on_handle) {
    task.on_handle = std::move(on_handle);
    options_.values = reinterpret_cast<const tempest_value*>(&task);
    worker = std::make_unique<task_worker>(fake_task::functions(), options_, host_, engine.link,
                                           chunks_, limits_);
    worker->on_fatal = [this](base::exit_code, const std::string& reason) { fatal = reason; };
    thread_ = std::thread([this] {
      worker->run();
      done = true;
    });
  }
  void stop() {
    engine.link.close();
    thread_.join();
    worker->destroy();
    engine.collect();
  }
  // What is begun, as the engine sees it.
  [[nodiscard]] std::vector<engine::begun> begun(std::int64_t now_ns) {
    std::vector<engine::begun> seen;
    engine.link.inspect([&](auto batch) { worker->begun(now_ns, batch, seen); });
    return seen;
  }

  base::chunk_pool chunks_;
  feeder engine;
  fake_task task;
  std::unique_ptr<task_worker> worker;
  std::string fatal;
  bool done = false;

 private:
  metrics::registry metrics_{"test"};
  metrics::plugin_host host_{metrics_, {metrics::subject::task, "task"}, "topology"};
  const engine::output_limits limits_;
  tempest_options options_{sizeof(tempest_options), 0, sizeof(tempest_value), 0, nullptr};
  std::thread thread_;
};

inline void emit(const tempest_task_host& host, std::uint32_t index, const std::string& text) {
  (void)host.emit(host.self, index, text.data(), text.size());
}
inline tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

} // namespace tempest::worker
