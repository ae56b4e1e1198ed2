// Task processes that are played, at an engine without a source.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/service/remote_workers.hpp"
#include "runtime/service/run_settings.hpp"

namespace tempest::service {

class played_process final : public net::server_session {
 public:
  explicit played_process(std::vector<net::session_task> tasks)
      : tasks_(std::move(tasks)), held(tasks_.size()) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::span<const net::session_task> tasks() const override { return tasks_; }
  [[nodiscard]] std::size_t room(std::size_t task) const override {
    return messages - std::min(messages, held[task].size());
  }
  [[nodiscard]] std::uint64_t byte_room(std::size_t /*task*/) const override { return bytes; }
  [[nodiscard]] std::size_t in_hand(std::size_t task) const override { return held[task].size(); }
  void deliver(std::size_t task, std::span<const tempest_delivery> deliveries,
               engine::worker_report& refused) override {
    for (const tempest_delivery& one : deliveries) {
      if (refuses) {
        engine::result& result = refused.results.emplace_back();
        result.delivery = engine::delivery_ref::of(one.host_token);
        result.what = engine::outcome::rejected;
      } else {
        held[task].push_back(one.host_token);
      }
    }
  }
  void deliver_alone(std::size_t task, const tempest_delivery& suspect,
                     engine::worker_report& refused) override {
    deliver(task, {&suspect, 1}, refused);
    alone.push_back(suspect.host_token);
  }
  void cancel(std::span<const std::uint64_t> tokens) override {
    cancelled.insert(cancelled.end(), tokens.begin(), tokens.end());
  }
  void drop(std::string_view /*reason*/) override {}

 private:
  std::vector<net::session_task> tasks_;
  std::string name_ = "played";

 public:
  std::vector<std::deque<std::uint64_t>> held; // by the position of the task
  std::vector<std::uint64_t> cancelled;
  std::vector<std::uint64_t> alone;
  std::size_t messages = 100; // credit
  std::uint64_t bytes = 1'000'000;
  bool refuses = false;
};

class with_task_processes : public testing::Test {
 protected:
  explicit with_task_processes(std::uint32_t guarantee = TEMPEST_AT_LEAST_ONCE)
      : with_task_processes(chain(guarantee)) {}
  explicit with_task_processes(assembly plan)
      : plan_(std::move(plan)),
        engine_(engine_settings_of(plan_)),
        health_(plan_, run_health::role::topology, 0),
        shared_(loop_, health_, plan_.settings.name),
        workers(plan_, loop_, shared_) {
    workers.start(engine_);
  }
  // "first" -> "second"
  static assembly chain(std::uint32_t guarantee) {
    assembly made;
    made.settings.name = "test";
    made.settings.limit.no_worker_timeout = std::chrono::milliseconds(1'000);
    for (const char* name : {"first", "second"}) {
      task_plan task;
      task.settings.name = name;
      made.tasks.push_back(std::move(task));
    }
    made.tasks[0].children = {1};
    made.traits.guarantee = guarantee;
    return made;
  }
  void accept(std::uint64_t count, std::size_t bytes = 1) {
    engine::incoming_batch batch;
    text_.assign(bytes, 'x');
    for (std::uint64_t i = 0; i < count; ++i) {
      engine::incoming& one = batch.messages.emplace_back();
      one.token = ++tokens_;
      one.id = "id";
      one.payload = text_;
    }
    engine_.accept(batch, 0);
  }
  // The oldest delivery that the process holds of its first task ends so.
  void report(played_process& process, engine::outcome what) {
    engine::worker_report done;
    engine::result& result = done.results.emplace_back();
    result.delivery = engine::delivery_ref::of(process.held[0].front());
    result.what = what;
    process.held[0].pop_front();
    workers.reported(process, 0, done);
  }

  assembly plan_;
  net::loop loop_;
  engine::engine engine_;
  run_health health_;
  run_resources shared_;
  std::string text_;
  std::uint64_t tokens_ = 0;
  played_process both_{{{0, 1}, {1, 1}}};
  played_process first_{{{0, 1}}};
  played_process second_{{{1, 3}}};

 public:
  remote_workers workers;
};

} // namespace tempest::service
