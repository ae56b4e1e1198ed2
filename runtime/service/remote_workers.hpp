// Workers in task processes that connected: `tempest run topology`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/log.hpp"
#include "runtime/engine/quarantine.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/server.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/attendance.hpp"
#include "runtime/service/run_resources.hpp"
#include "runtime/service/suspect_book.hpp"
#include "runtime/service/told_work.hpp"
#include "runtime/service/workers.hpp"

namespace tempest::service {

// To the engine, all workers of one task in one process are one: their process divides the work.
class remote_workers final : public workers, public net::server_owner {
 public:
  // All that is passed outlives the workers. `serving` is the bell of the engine's thread.
  remote_workers(const assembly& plan, net::loop& serving, run_resources& shared);

  // Lets task processes connect, and says where. Throws base::failure(unavailable) that names the
  // address.
  void listen();

  // --- workers
  void start(engine::engine& engine) override;
  [[nodiscard]] bool ready() const override { return attendance_.complete() && !resting_; }
  [[nodiscard]] std::optional<base::failure> fatal() override { return {}; }
  [[nodiscard]] std::string never_came() const override;
  bool collect(std::int64_t now_ns) override;
  void observe(std::int64_t now_ns) override;
  void cancel(std::int64_t now_ns) override;
  void suspects_ended(std::span<const engine::ended_suspect> ended) override {
    suspects_.ended(ended);
  }
  void confirmed(std::span<const std::uint64_t> tokens) override { suspects_.confirmed(tokens); }
  void hand_out() override;
  void close() override { closing_ = true; }
  [[nodiscard]] bool all_done() const override;
  void hurry() override;
  void join() override;
  void detach() override { join(); }
  void measure(std::int64_t /*now_ns*/) override {} // their own processes do
  [[nodiscard]] std::size_t threads() const override { return 0; }
  void count(run_report& report) const override;
  void begun(std::vector<engine::begun>& out) const override;
  [[nodiscard]] task_work work(std::uint32_t task) const override;
  [[nodiscard]] std::optional<std::vector<admin::process_status>> processes() const override;

  // --- net::server_owner
  void joined(net::server_session& session) override;
  void reported(net::server_session& session, std::size_t task,
                engine::worker_report& done) override;
  [[nodiscard]] std::uint64_t inherited_bytes(engine::delivery_ref input) const override {
    return engine_->inherited_bytes(input);
  }
  void running(net::server_session& session, std::size_t task,
               std::span<const engine::begun> begun) override;
  void stuck(net::server_session& session, std::size_t task, bool now) override;
  void worked(net::server_session& session, std::size_t task, const wire::work& done) override;
  void sink_trouble(net::server_session& session, std::size_t task,
                    std::string_view reason) override;
  void left(net::server_session& session, std::string_view reason, engine::departure how) override;

 private:
  // The workers of one task in one process.
  struct group {
    engine::worker_id id = 0;
    std::uint64_t process = 0;
    net::server_session* session = nullptr;
    std::size_t position = 0; // of the task in the session
    std::uint32_t workers = 1;
    std::int64_t joined_ns = 0;
    bool stuck = false;                 // all of them, in their handlers
    std::string sink_trouble{};         // why its sink is not well there; empty: it is
    std::vector<engine::begun> begun{}; // as last heard; may have ended since
    told_work told{joined_ns};
    std::uint64_t handled = 0; // deliveries that it ended well
    std::uint64_t errors = 0;  // and badly
  };

  [[nodiscard]] group& group_of(const net::server_session& session, std::size_t position);
  [[nodiscard]] std::uint64_t open_workers(const group& one) const;
  void hand_out_task(std::uint32_t task);
  void hand_out_to(group& one, std::uint32_t task, std::size_t most);
  void hand_out_suspects();
  [[nodiscard]] std::optional<engine::delivery_ref> hand_out_suspect(group& one,
                                                                     std::uint32_t task);
  void deliver(group& one, std::uint32_t task, bool alone);
  void say_suspects(const net::server_session& lost) const;
  void say_abandoned(const group& one, std::uint32_t task) const;
  void everybody_is_back();
  void tell_health(std::int64_t now_ns);
  [[nodiscard]] bool is_stuck(std::uint32_t task) const;
  void tell_sink(std::uint32_t task, std::int64_t now_ns);
  void say_goodbye();
  // remote_workers_figures.cpp
  static void count(const engine::worker_report& done, group& of);
  [[nodiscard]] admin::process_status::task figures_of(const group& one, std::uint32_t task) const;
  [[nodiscard]] std::string names_of(const std::vector<std::uint32_t>& tasks) const;
  void say(base::log_level level, const std::string& text) const;

  const assembly& plan_;
  net::loop& loop_;
  base::chunk_pool& chunks_;
  run_health& health_;
  run_taps& taps_;
  suspect_book suspects_;
  engine::engine* engine_ = nullptr;
  std::unique_ptr<net::server> server_;
  attendance attendance_;
  std::vector<std::vector<group>> by_task_;
  std::vector<bool> stuck_;        // by task, as was said
  std::vector<std::size_t> first_; // of a task's groups: whose turn it is to be served first
  std::vector<task_work> work_;    // of a task's groups, those that left included
  engine::quarantine quarantine_;
  engine::worker_id next_id_ = 1;
  std::uint64_t processes_now_ = 0;
  std::uint64_t processes_ever_ = 0;
  bool news_ = false;    // something was entered since the last collect
  bool resting_ = false; // a task had nobody for no_worker_timeout: messages went back
  bool closing_ = false;
  bool hurried_ = false;
  std::vector<tempest_delivery> taken_;
  engine::worker_report refused_;
  std::vector<engine::held_delivery> useless_;
};

} // namespace tempest::service
