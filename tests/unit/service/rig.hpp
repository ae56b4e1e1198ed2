// Whole topologies in one process without libraries: plain classes become plugins through the C++
// layer, and an assembly is built by hand.
#pragma once

#include <gtest/gtest.h>
#include <tempest/sink.hpp>
#include <tempest/source.hpp>
#include <tempest/task.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/plugin/options.hpp"
#include "runtime/service/standalone.hpp"
#include "tests/unit/service/run_asked.hpp"

namespace tempest::service {

// What the scripted source does and saw; one test at a time.
struct script {
  std::vector<std::string> messages;
  bool ends = true;                   // after the last one
  bool redelivers = true;             // at least once
  bool away = false;                  // connect fails
  stop_request* stop_early = nullptr; // asked to stop while connect is under way
  std::uint32_t redeliver_limit = 3;  // failed messages come again
  std::function<void()> in_poll;      // called by each, if any
  bool last_moment = false;           // the messages come when a poll is interrupted
  int parts = 0;                      // polls before the first message is whole, 20 ms each
  bool loses = false;                 // the first message, as soon as it is read
  std::optional<tempest::settled> answer = tempest::settled::ok; // nothing: it never answers
  std::function<void(deadline)> in_close;                        // called by it, if any
  std::atomic<int> polls{0};                                     // that have returned
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, outcome>> settled; // number, outcome

  std::size_t count(outcome wanted) {
    const std::scoped_lock lock(mutex);
    return static_cast<std::size_t>(std::count_if(
        settled.begin(), settled.end(), [&](const auto& one) { return one.second == wanted; }));
  }
};
inline script* current_script = nullptr;

class scripted_source {
 public:
  explicit scripted_source(source_context& context) : context_(context) {
    for (std::size_t i = 0; i < script_.messages.size(); ++i) waiting_.push_back({i, 1});
  }
  static source_traits traits(const options&) {
    return {current_script->redelivers ? guarantee::at_least_once : guarantee::at_most_once, true,
            std::chrono::milliseconds{0}};
  }
  void connect() {
    if (script_.stop_early != nullptr) {
      script_.stop_early->count = 1;
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return interrupted_; });
    }
    if (script_.away) throw std::runtime_error("nobody answers");
  }
  poll_status poll(std::size_t max_messages, std::size_t, deadline until) {
    if (script_.in_poll) script_.in_poll();
    if (script_.parts > 0) {
      --script_.parts;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return poll_status::more;
    }
    if (script_.last_moment) {
      std::unique_lock lock(mutex_);
      if (!woken_.wait_until(lock, until, [this] { return interrupted_; })) return poll_status::ok;
    }
    std::vector<source_message> batch;
    while (batch.size() < max_messages && !waiting_.empty()) {
      const auto [number, deliveries] = waiting_.front();
      waiting_.pop_front();
      const std::string& text = script_.messages[number];
      source_message made{};
      made.token = number << 8 | deliveries;
      made.id = {text.data(), text.size()};
      made.payload = made.id;
      made.deliveries = deliveries;
      batch.push_back(made);
    }
    if (!batch.empty()) {
      context_.push(batch);
      if (std::exchange(script_.loses, false)) context_.withdraw({&batch.front().token, 1});
    }
    ++script_.polls;
    const bool at_end = waiting_.empty() && script_.ends;
    if (batch.empty() && !at_end) {
      std::unique_lock lock(mutex_);
      woken_.wait_until(lock, until, [this] { return interrupted_; });
      interrupted_ = false;
    }
    return at_end ? poll_status::end : poll_status::ok;
  }
  void settle(std::span<const std::uint64_t> tokens, std::span<const outcome> outcomes) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto deliveries = static_cast<std::uint32_t>(tokens[i] & 0xff);
      {
        const std::scoped_lock lock(script_.mutex);
        script_.settled.emplace_back(tokens[i] >> 8, outcomes[i]);
      }
      if (outcomes[i] == outcome::fail && deliveries <= script_.redeliver_limit) {
        waiting_.emplace_back(tokens[i] >> 8, deliveries + 1);
      }
      if (script_.answer) context_.settled(tokens[i], outcomes[i], *script_.answer);
    }
  }
  void close(deadline until) {
    if (script_.in_close) script_.in_close(until);
  }
  void interrupt() noexcept {
    {
      const std::scoped_lock lock(mutex_);
      interrupted_ = true;
    }
    woken_.notify_one();
  }

 private:
  source_context& context_;
  script& script_ = *current_script; // a source left behind keeps its own
  std::deque<std::pair<std::uint64_t, std::uint32_t>> waiting_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool interrupted_ = false;
};

// Builds a topology of plain classes.
class topology_rig {
 public:
  topology_rig() {
    current_script = &source;
    add(plan.source, tempest::source<scripted_source>("scripted", "For tests."));
    plan.settings.name = "test";
    plan.settings.source.plugin.type = "scripted";
    plan.settings.graceful_shutdown = std::chrono::seconds(20);
    plan.settings.policy.backoff = plan.settings.policy.max_backoff = std::chrono::milliseconds(1);
  }

  template <typename Task>
  std::uint32_t task(const std::string& name, std::uint32_t workers = 1) {
    return add_task(name, workers, tempest::task<Task>(name, "For tests."), false);
  }
  template <typename Sink>
  std::uint32_t sink_task(const std::string& name) {
    return add_task(name, 1, tempest::sink<Sink>(name, "For tests."), true);
  }
  void edge(std::uint32_t from, std::uint32_t to) { plan.tasks[from].children.push_back(to); }
  template <typename Sink>
  void dead_letters() {
    plan.dead_letter.emplace();
    add(*plan.dead_letter, tempest::sink<Sink>("letters", "For tests."));
    plan.settings.dead_letter.emplace();
    plan.settings.dead_letter->type = "letters";
    on_exhausted(config::exhausted_action::dead_letter);
  }
  void on_exhausted(config::exhausted_action action) { plan.settings.policy.on_exhausted = action; }

  run_report run(run_options how = {}) {
    prepare();
    return run_standalone(plan, how);
  }
  // The same, while `people` ask things beside it, as [admin] does.
  run_report run_asked(const std::function<void(run_questions&)>& people) {
    prepare();
    return service::run_asked(plan, people);
  }

  static std::vector<std::string> numbered(std::size_t count) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(std::to_string(i));
    return made;
  }

  script source;
  assembly plan;

 private:
  void add(plugin_plan& into, impl::definition definition) {
    auto& kept = definitions_.emplace_back(std::move(definition));
    into.descriptor = kept.descriptor();
    base::problems found;
    into.options = plugin::bind_options(*into.descriptor, {}, found);
  }
  std::uint32_t add_task(const std::string& name, std::uint32_t workers,
                         impl::definition definition, bool is_sink) {
    task_plan& made = plan.tasks.emplace_back();
    made.settings.name = name;
    made.settings.workers = workers;
    made.settings.is_sink = is_sink;
    add(made.plugin, std::move(definition));
    return static_cast<std::uint32_t>(plan.tasks.size() - 1);
  }

  void prepare() {
    for (task_plan& one : plan.tasks) one.settings.policy = plan.settings.policy;
    plan.settings.tasks.clear();
    for (const task_plan& one : plan.tasks) plan.settings.tasks.push_back(one.settings);
    source_functions(plan)->traits(plan.source.options.view(), &plan.traits);
  }

  std::deque<impl::definition> definitions_;
};

} // namespace tempest::service
