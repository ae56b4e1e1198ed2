// A running task process: worker threads, sessions with topologies, and the dispatcher between
// them. In one object, so that it can outlive the run when a plugin's thread does not come back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/net/client.hpp"
#include "runtime/net/credit_plan.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/service/dispatcher.hpp"
#include "runtime/service/task_process.hpp"
#include "runtime/service/worker_threads.hpp"

namespace tempest::service {

// A task has two numbers: its position in the graph, which worker threads know it by, and its
// position among those that this process serves, which the wire knows it by.
class task_run final : public net::client_owner, public worker_feed {
 public:
  // All that is passed outlives it.
  task_run(const assembly& plan, const run_options& options, const task_options& to,
           net::loop& serving, run_resources& shared);

  // The whole run, on the calling thread, which owns the loop.
  run_report run();

  // --- client_owner: what topologies say
  void joined(net::client_session& session) override;
  void delivered(net::client_session& session, const wire::deliver& said) override;
  void cancelled(net::client_session& session, std::span<const std::uint64_t> tokens) override;
  void alive(net::client_session& session, wire::heartbeat& said) override;
  void left(net::client_session& session, std::string_view reason) override;

  // --- worker_feed: what workers take and say; `task` is a position in the graph
  [[nodiscard]] std::size_t queued(std::uint32_t task) const override;
  void take(std::uint32_t task, engine::worker_id worker, std::size_t max,
            std::vector<tempest_delivery>& out) override;
  void report(std::uint32_t task, engine::worker_id worker, engine::worker_report& done) override;
  void take_away(std::uint32_t task, engine::worker_id worker,
                 engine::worker_report& done) override;
  void gone(engine::worker_id worker, std::span<const engine::delivery_ref> taken) override;
  [[nodiscard]] bool useless(engine::delivery_ref delivery) const override;
  void begun(engine::worker_id worker, std::span<const engine::begun> running) override;
  [[nodiscard]] std::string_view message_id(engine::delivery_ref delivery) const override;

 private:
  struct served_task {
    std::uint32_t position; // in the graph
    net::credit_plan credit;
  };
  // A topology is being told that its suspect is begun.
  struct announcement {
    dispatcher::session_id to;
    std::uint64_t mark; // client_session::has_heard
  };
  enum class phase { starting, serving, draining, over };

  // task_run.cpp
  [[nodiscard]] net::client_settings client_settings_of(const task_options& to) const;
  void start_threads();
  void round();
  void observe(std::int64_t now_ns);
  void serve_alone(std::int64_t now_ns);
  void tell_credit(std::int64_t now_ns);
  void send_back(dispatcher::session_id session, std::uint32_t task, engine::worker_report& done,
                 std::uint64_t bytes);
  // task_run_end.cpp
  void fail(int code, const std::string& why);
  void check_end(std::int64_t now_ns);
  void begin_drain(std::int64_t now_ns);
  [[nodiscard]] bool idle_too_long(std::int64_t now_ns);
  void leave();
  void end_threads(std::int64_t deadline_ns);
  void say_unfinished() const;
  void say_good_bye();
  [[nodiscard]] run_report report_now(std::int64_t now_ns) const;
  void finish_report(run_report& report) const;
  void status(std::int64_t now_ns);

  const assembly& plan_;
  const run_options& options_;
  net::loop& loop_;
  run_health& health_;
  worker_threads threads_;
  std::vector<served_task> served_;
  std::vector<std::uint32_t> served_as_; // by position in the graph
  dispatcher dispatcher_;
  net::client client_;
  const std::string addresses_; // of the topologies, for people
  const dispatcher::reporter back_;
  std::map<dispatcher::session_id, net::client_session*> sessions_;

  std::optional<announcement> announced_;

  phase phase_ = phase::starting;
  bool ever_joined_ = false;
  bool hurried_ = false; // a second stop: report at once
  bool stuck_ = false;
  std::uint64_t unreported_ = 0; // finished deliveries whose topology did not hear of it at the end
  int exit_code_ = 0;
  std::vector<std::string> fatal_;
  std::vector<engine::begun> running_; // as last looked at
  std::int64_t start_ns_ = 0;
  std::int64_t deadline_ns_ = 0; // of the drain
  std::int64_t last_activity_ns_ = 0;
  std::int64_t next_observation_ns_ = 0;
  std::int64_t next_status_ns_ = 0;
};

} // namespace tempest::service
