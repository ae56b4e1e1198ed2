// A source as a plain function table, scripted by the test.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::source {

struct poll_call {
  std::size_t messages = 0;
  std::size_t bytes = 0;
};

class fake_source {
 public:
  // --- what it does; called on the pump's thread, without the mutex
  std::function<bool()> reachable = [] { return true; };
  std::function<bool()> healthy = [] { return true; };
  std::function<int(poll_call)> on_poll; // after the messages queued by give() were pushed
  std::atomic<std::uint32_t> settled_as{TEMPEST_SETTLED_OK}; // 0: not answered
  std::atomic<std::int64_t> depth_told{-1};
  bool waits = true; // a poll without messages waits
  bool creatable = true;

  // Hands these over in the next polls.
  void give(std::uint64_t token, std::string payload) {
    const std::scoped_lock lock(mutex_);
    waiting_.emplace_back(token, std::move(payload));
    rung_ = true;
    woken_.notify_one();
  }
  void lose(std::vector<std::uint64_t> tokens) {
    const std::scoped_lock lock(mutex_);
    lost_ = std::move(tokens);
    rung_ = true;
    woken_.notify_one();
  }

  // --- what it saw
  std::atomic<int> polls{0};
  std::atomic<int> polls_with_room{0};
  std::atomic<int> connects{0};
  std::atomic<int> interrupts{0};
  std::atomic<int> losses{0}; // withdrawals
  std::atomic<int> closes{0};
  std::atomic<int> destroys{0};
  std::atomic<int> most_at_once{0};
  std::vector<std::pair<std::uint64_t, int>> settled() {
    const std::scoped_lock lock(mutex_);
    return settled_;
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> failed() {
    const std::scoped_lock lock(mutex_);
    return failed_;
  }
  // How many settlements it had been told of, when it was last told of failures.
  std::size_t failed_when_settled() {
    const std::scoped_lock lock(mutex_);
    return failed_when_settled_;
  }
  std::vector<std::uint64_t> extended() {
    const std::scoped_lock lock(mutex_);
    return extended_;
  }

  static const tempest_source_functions* functions() {
    static const tempest_source_functions table{sizeof(tempest_source_functions),
                                                0,
                                                nullptr,
                                                &create,
                                                &connect,
                                                &poll,
                                                &settle,
                                                &extend,
                                                &interrupt,
                                                &is_healthy,
                                                &close,
                                                &destroy,
                                                &depth,
                                                &failed,
                                                nullptr};
    return &table;
  }
  static inline fake_source* current = nullptr; // the one that create() makes

 private:
  static fake_source& self(void* pointer) { return *static_cast<fake_source*>(pointer); }
  static void say(tempest_error* error, const char* text) {
    std::snprintf(error->text, sizeof error->text, "%s", text);
  }

  static void* create(const tempest_host*, const tempest_source_host* host, const tempest_options*,
                      tempest_error* error) {
    current->host_ = host;
    if (current->creatable) return current;
    say(error, "no memory of it");
    return nullptr;
  }
  static int connect(void* source, tempest_error* error) {
    ++self(source).connects;
    if (self(source).reachable()) return 1;
    say(error, "nobody answers");
    return 0;
  }
  static int poll(void* source, std::size_t messages, std::size_t bytes, std::int64_t deadline_ns,
                  tempest_error* error) {
    fake_source& me = self(source);
    ++me.polls;
    if (messages > 0) ++me.polls_with_room;
    me.wait(messages, deadline_ns);
    me.push(messages);
    const int status = me.on_poll ? me.on_poll({messages, bytes}) : int{TEMPEST_POLL_OK};
    if (status == TEMPEST_POLL_UNAVAILABLE) say(error, "the line is cut");
    return status;
  }
  static void settle(void* source, const std::uint64_t* tokens, const std::uint8_t* outcomes,
                     std::size_t count) {
    fake_source& me = self(source);
    for (std::size_t i = 0; i < count; ++i) {
      {
        const std::scoped_lock lock(me.mutex_);
        me.settled_.emplace_back(tokens[i], outcomes[i]);
      }
      if (me.settled_as != 0) {
        me.host_->settled(me.host_->self, tokens + i, 1, outcomes[i], me.settled_as);
      }
    }
  }
  static void failed(void* source, const std::uint64_t* tokens, const std::uint32_t* failures,
                     std::size_t count) {
    fake_source& me = self(source);
    const std::scoped_lock lock(me.mutex_);
    for (std::size_t i = 0; i < count; ++i) me.failed_.emplace_back(tokens[i], failures[i]);
    me.failed_when_settled_ = me.settled_.size();
  }
  static void extend(void* source, const std::uint64_t* tokens, std::size_t count) {
    const std::scoped_lock lock(self(source).mutex_);
    self(source).extended_.assign(tokens, tokens + count);
  }
  static void interrupt(void* source) {
    fake_source& me = self(source);
    ++me.interrupts;
    const std::scoped_lock lock(me.mutex_);
    me.rung_ = true;
    me.woken_.notify_one();
  }
  static int is_healthy(void* source, tempest_error* error) {
    if (self(source).healthy()) return 1;
    say(error, "it looks pale");
    return 0;
  }
  static std::int64_t depth(void* source) { return self(source).depth_told; }
  static void close(void* source, std::int64_t) { ++self(source).closes; }
  static void destroy(void* source) { ++self(source).destroys; }

  void wait(std::size_t messages, std::int64_t deadline_ns) {
    std::unique_lock lock(mutex_);
    const std::chrono::steady_clock::time_point until{std::chrono::nanoseconds(deadline_ns)};
    const auto ready = [&] { return rung_ || (messages > 0 && !waiting_.empty()); };
    if (waits) woken_.wait_until(lock, until, ready);
    rung_ = false;
  }
  void push(std::size_t messages) {
    std::vector<std::pair<std::uint64_t, std::string>> taken;
    std::vector<std::uint64_t> lost;
    {
      const std::scoped_lock lock(mutex_);
      lost.swap(lost_);
      while (taken.size() < messages && !waiting_.empty()) {
        taken.push_back(std::move(waiting_.front()));
        waiting_.erase(waiting_.begin());
      }
    }
    std::vector<tempest_source_message> batch;
    for (const auto& [token, payload] : taken) {
      tempest_source_message one{};
      one.token = token;
      one.payload = {payload.data(), payload.size()};
      one.id = one.payload;
      batch.push_back(one);
    }
    most_at_once = std::max(most_at_once.load(), static_cast<int>(batch.size()));
    if (!batch.empty()) {
      host_->push(host_->self, batch.data(), batch.size(), sizeof(tempest_source_message));
    }
    if (lost.empty()) return;
    host_->withdraw(host_->self, lost.data(), lost.size());
    ++losses;
  }

  const tempest_source_host* host_ = nullptr;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool rung_ = false;
  std::vector<std::pair<std::uint64_t, std::string>> waiting_;
  std::vector<std::uint64_t> lost_;
  std::vector<std::pair<std::uint64_t, int>> settled_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> failed_;
  std::size_t failed_when_settled_ = 0;
  std::vector<std::uint64_t> extended_;
};

// A pump with that source, and the engine's side played by the test.
class pump_rig {
 public:
  pump_rig() { fake_source::current = &source; }
  ~pump_rig() {
    if (driver) stop();
  }
  void start(pump_settings settings = {}) {
    settings.name = "fake";
    settings.topology = "test";
    driver = std::make_unique<pump>(*fake_source::functions(), options_, host_, chunks_, bell,
                                    std::move(settings));
    driver->start();
  }
  void stop() {
    driver->close(base::steady_ns() + 5'000'000'000);
    driver->join();
    collect();
    driver.reset();
  }
  void collect() {
    driver->collect(batch_, withdrawn, confirmed);
    for (const engine::incoming& one : batch_.messages) {
      tokens.push_back(one.token);
      payloads.emplace_back(one.payload);
      refused.push_back(one.refused != nullptr);
    }
    batch_.clear();
    last = driver->status();
  }
  // Collects until `done`, or fails after a generous time.
  template <typename Done>
  void until(Done done) {
    const std::int64_t limit = base::steady_ns() + 20'000'000'000;
    for (collect(); !done(); collect()) {
      ASSERT_LT(base::steady_ns(), limit) << "it never happened";
      bell.wait(base::steady_ns() + 5'000'000);
    }
  }
  void settle(std::uint64_t token, tempest_outcome what) {
    std::vector<engine::settlement> one{{token, what}};
    driver->settle(one);
  }

  fake_source source;
  base::doorbell bell;
  std::unique_ptr<pump> driver;
  std::vector<std::uint64_t> tokens;
  std::vector<std::string> payloads;
  std::vector<bool> refused;
  std::vector<std::uint64_t> withdrawn;
  std::vector<std::uint64_t> confirmed;
  pump_status last;

 private:
  tempest_options options_{sizeof(tempest_options), 0, sizeof(tempest_value), 0, nullptr};
  metrics::registry metrics_{"test"};
  metrics::plugin_host host_{metrics_, {metrics::subject::source, "fake"}, "test"};
  base::chunk_pool chunks_;
  engine::incoming_batch batch_;
};

} // namespace tempest::source
