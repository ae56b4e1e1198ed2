// A worker that writes to a sink which the test commands.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "runtime/worker/sink_worker.hpp"
#include "tests/unit/worker/rig.hpp"

namespace tempest::worker {

inline constexpr std::int64_t max_backoff_ns = 1'000'000; // so that tests do not wait long

// A sink that does what the first letter of each payload says: w(ritten), f(ailed), r(ejected),
// h(angs until told to go on, then written), b(reaks the connection).
struct fake_sink {
  std::atomic<bool> away{false};
  std::atomic<bool> flush_fails{false};
  std::atomic<bool> full{false};         // it can be reached, and nothing be written
  std::atomic<bool> cannot_write{false}; // since it was reached
  std::atomic<bool> breaks{false};       // whatever it is given
  std::atomic<double> cut{0};            // of messages, by chance, it breaks as many
  std::atomic<bool> cuts_second{false};  // it breaks each second write since it was reached
  std::chrono::milliseconds far{0};      // each write takes as long, however much is written
  int written_to = 0;                    // how often, since it was reached
  std::minstd_rand dice{1};
  std::mutex mutex;
  std::vector<std::string> writes; // their payloads
  std::atomic<int> connects{0};
  std::atomic<int> closed{0};
  gate hangs;
  gate go_on;
  const char* create_fails = nullptr;
  const tempest_sink_host* host = nullptr;

  void note(const tempest_delivery* messages, std::size_t count) {
    const std::scoped_lock lock(mutex);
    std::string& all = writes.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) all += ' ';
      all.append(messages[i].payload.data, messages[i].payload.length);
    }
  }
  [[nodiscard]] std::size_t write_count() {
    const std::scoped_lock lock(mutex);
    return writes.size();
  }
  bool is_cut() { return cut > 0 && std::uniform_real_distribution<>(0, 1)(dice) < cut; }
  static fake_sink& self(void* sink) { return *static_cast<fake_sink*>(sink); }
  static const tempest_sink_functions& functions() {
    static const tempest_sink_functions table{
        sizeof(tempest_sink_functions),
        0,
        [](const tempest_host*, const tempest_sink_host* host, const tempest_options* options,
           tempest_error* error) -> void* {
          auto* const me =
              reinterpret_cast<fake_sink*>(const_cast<tempest_value*>(options->values));
          me->host = host;
          if (me->create_fails != nullptr) return fake_task::say(error, me->create_fails), nullptr;
          return me;
        },
        [](void* sink, tempest_error* error) {
          ++self(sink).connects;
          self(sink).cannot_write = false;
          self(sink).written_to = 0;
          if (self(sink).away) return fake_task::say(error, "nobody answers"), 0;
          return 1;
        },
        [](void* sink, const tempest_delivery* messages, std::size_t count, std::size_t stride,
           std::uint8_t* results) {
          EXPECT_EQ(stride, sizeof(tempest_delivery));
          self(sink).note(messages, count);
          std::this_thread::sleep_for(self(sink).far);
          const bool cut = ++self(sink).written_to == 2 && self(sink).cuts_second;
          for (std::size_t i = 0; i < count; ++i) {
            const char what = messages[i].payload.data[0];
            if (what == 'h') {
              self(sink).hangs.open();
              EXPECT_TRUE(self(sink).go_on.wait());
            }
            if (self(sink).full) {
              self(sink).cannot_write = true;
              continue;
            }
            if (what == 'b' || self(sink).breaks || cut || self(sink).is_cut()) {
              self(sink).cannot_write = true;
              std::fill(results + i, results + count, std::uint8_t{0});
              return;
            }
            results[i] = what == 'w' || what == 'h' ? TEMPEST_WRITTEN
                         : what == 'r'              ? TEMPEST_WRITE_REJECTED
                                                    : TEMPEST_WRITE_FAILED;
            const tempest_sink_host& host = *self(sink).host;
            if (what == 'r') host.explain(host.self, i, slice("too wide"));
            host.explain(host.self, count + 5, slice("of no message"));
          }
        },
        [](void* sink, tempest_error* error) {
          if (self(sink).flush_fails) return fake_task::say(error, "disk full"), 0;
          return 1;
        },
        [](void* sink, tempest_error* error) {
          if (self(sink).away) return fake_task::say(error, "cut off"), 0;
          if (self(sink).cannot_write) return fake_task::say(error, "full"), 0;
          return 1;
        },
        [](void* sink) { ++self(sink).closed; },
        [](void*) {},
        nullptr,
        nullptr};
    return table;
  }
};

class sink_test : public testing::Test {
 protected:
  // `unhealthy_shutdown`: tests that do not ask for it are not to be given up on a slow machine.
  explicit sink_test(std::uint32_t unhealthy_shutdown = 0)
      : runner_{fake_sink::functions(),
                options_,
                host_,
                notice_,
                {max_backoff_ns, 3, unhealthy_shutdown}} {
    options_.values = reinterpret_cast<const tempest_value*>(&sink_);
    worker_.on_fatal = [this](base::exit_code code, const std::string& reason) {
      code_ = code;
      fatal_ = reason;
      failed_.open();
    };
  }
  ~sink_test() override { stop(); }
  void start() {
    thread_ = std::thread([this] { worker_.run(); });
  }
  void stop() {
    engine_.link.close();
    if (thread_.joinable()) thread_.join();
    engine_.collect();
  }
  // Waits for a try to connect that begins from now on.
  [[nodiscard]] bool tried_again() {
    const int before = sink_.connects;
    const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
    while (sink_.connects == before && base::steady_ns() < deadline_ns) std::this_thread::yield();
    return sink_.connects != before;
  }

  // Waits until it was written to so often.
  [[nodiscard]] bool tried(std::size_t times) {
    const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
    while (sink_.write_count() < times && base::steady_ns() < deadline_ns) {
      std::this_thread::yield();
    }
    return sink_.write_count() >= times;
  }

  fake_sink sink_;
  feeder engine_{16};
  tempest_options options_{sizeof(tempest_options), 0, sizeof(tempest_value), 0, nullptr};
  metrics::registry metrics_{"test"};
  metrics::plugin_host host_{metrics_, {metrics::subject::task, "store"}, "topology"};
  sink_notice notice_{"store", "topology"};
  sink_runner runner_;
  sink_worker worker_{runner_, engine_.link};
  base::exit_code code_ = base::exit_code::ok;
  std::string fatal_;
  gate failed_;
  std::thread thread_;
};

} // namespace tempest::worker
