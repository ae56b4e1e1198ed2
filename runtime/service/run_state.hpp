// A running topology: source, engine and dead letters, whoever its workers are. In one object, so
// that it can outlive the run when a plugin's thread does not come back: the process leaves, and
// nothing is pulled from under it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/admin/run_status.hpp"
#include "runtime/base/bell.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/call_watch.hpp"
#include "runtime/service/dead_letter_writer.hpp"
#include "runtime/service/error_memory.hpp"
#include "runtime/service/hang_log.hpp"
#include "runtime/service/incident_log.hpp"
#include "runtime/service/letter_backlog.hpp"
#include "runtime/service/limit_notice.hpp"
#include "runtime/service/oldest_age.hpp"
#include "runtime/service/recent_work.hpp"
#include "runtime/service/run_metrics.hpp"
#include "runtime/service/run_options.hpp"
#include "runtime/service/run_questions.hpp"
#include "runtime/service/run_report.hpp"
#include "runtime/service/run_resources.hpp"
#include "runtime/service/run_taps.hpp"
#include "runtime/service/workers.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::service {

class run_state {
 public:
  // All that is passed outlives the state.
  run_state(const assembly& plan, const run_options& options, run_resources& shared,
            workers& workers);

  // The whole run, on the calling thread, which is the engine's.
  run_report run();

 private:
  // run_loop.cpp: the start, and one round of the engine's loop
  void start_threads();
  [[nodiscard]] bool round(); // whether there was something to do
  void settle();
  void end_suspects();
  [[nodiscard]] bool collect();
  [[nodiscard]] bool collect_source(std::int64_t now_ns);
  void observe(std::int64_t now_ns);
  void tell_health(std::int64_t now_ns);
  [[nodiscard]] std::string source_trouble() const; // empty: it is well
  void look_at_calls(std::int64_t now_ns);
  void cancel();
  void publish(std::int64_t now_ns);
  void open_the_source();
  [[nodiscard]] bool has_room() const;
  void renew_leases(std::int64_t now_ns);
  [[nodiscard]] std::int64_t next_wake_ns(std::int64_t now_ns) const;
  // run_letters.cpp
  void write_letters(std::int64_t now_ns);
  [[nodiscard]] bool collect_letters(std::int64_t now_ns);
  void look_at_letters(std::int64_t now_ns);
  // lifecycle.cpp: when to end, and how
  void check_end(std::int64_t now_ns);
  void begin_drain(std::int64_t now_ns);
  void check_drained(std::int64_t now_ns);
  void check_trouble();
  [[nodiscard]] bool source_finished(std::int64_t now_ns);
  [[nodiscard]] bool idle_too_long(std::int64_t now_ns);
  void leave();
  void say_left_behind(std::int64_t now_ns) const;
  void fail(int code, const std::string& why);
  [[nodiscard]] bool all_settled() const;
  // run_orders.cpp: what it is told while it runs
  [[nodiscard]] admin::activity state() const;
  [[nodiscard]] admin::order_answer obey(admin::order what, std::int64_t now_ns);
  [[nodiscard]] std::string why_not(admin::order what) const; // empty: it may be done
  void pause(bool from_now_on);
  void drain(std::int64_t now_ns);
  // run_counts.cpp
  [[nodiscard]] run_report report_now(std::int64_t now_ns) const;
  void finish_report(run_report& report) const;
  void status(std::int64_t now_ns);
  // run_answers.cpp: to whom asks how it stands
  void answer_questions(std::int64_t now_ns);
  void walk_on(std::int64_t now_ns);
  void answer_all(std::int64_t now_ns);
  void remember_work(std::int64_t now_ns);
  [[nodiscard]] work_sample::task work_now(std::uint32_t task) const;
  [[nodiscard]] admin::run_status status_now(std::int64_t now_ns) const;
  [[nodiscard]] admin::source_status source_status_now(std::int64_t passed_ns) const;
  [[nodiscard]] admin::in_flight_status in_flight_status_now(const run_report& report) const;
  [[nodiscard]] admin::task_status task_status_now(std::uint32_t task,
                                                   std::int64_t passed_ns) const;

  enum class phase { running, draining, over };

  const assembly& plan_;
  const run_options& options_;
  base::bell& bell_;
  run_health& health_;
  workers& workers_;
  engine::engine engine_;
  metrics::plugin_host source_host_;
  source::pump pump_;
  std::unique_ptr<dead_letter_writer> letters_;
  letter_backlog backlog_;
  hang_log& hangs_;
  call_watch source_calls_;
  call_watch letter_calls_;
  incident_log incidents_;
  limit_notice retrying_notice_;
  run_metrics metrics_;
  run_questions& questions_;
  run_taps& taps_;
  recent_work recent_;
  error_memory errors_;
  std::optional<in_flight_walk> walk_; // under way
  std::int64_t next_step_ns_ = 0;      // of it
  oldest_age oldest_;

  phase phase_ = phase::running;
  bool paused_ = false; // as it was told
  bool drains_ = false; // reads nothing more, and ends once nothing is in flight
  bool told_to_stop_ = false;
  source::pump_status source_; // as of this round
  std::uint64_t dead_lettered_ = 0;
  bool hurried_ = false; // a second stop: report at once
  bool stuck_ = false;
  bool letters_stopped_ = false;
  int exit_code_ = 0;
  std::vector<std::string> fatal_;
  std::int64_t start_ns_ = 0;
  std::int64_t deadline_ns_ = 0;            // of the drain
  std::optional<std::int64_t> all_told_ns_; // since when only the source's answers are missing
  std::int64_t last_activity_ns_ = 0;
  std::uint64_t last_read_ = 0;
  std::int64_t next_renewal_ns_ = 0;
  engine::incoming_batch arrived_;
  std::vector<std::uint64_t> withdrawn_;
  std::vector<std::uint64_t> confirmed_; // tokens of suspects that have ended
  std::int64_t next_observation_ns_ = 0;
  std::int64_t next_status_ns_ = 0;
  std::vector<engine::message_ref> written_;
  std::vector<engine::message_ref> given_up_;
};

} // namespace tempest::service
