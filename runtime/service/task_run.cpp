// What a task process does while it serves.
#include "runtime/service/task_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/engine/metadata.hpp"
#include "runtime/service/network_check.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t look_every_ns = 100'000'000; // at what is begun; and a signal rings no bell
constexpr std::int64_t hear_every_ns = 1'000'000;   // whether an announcement has arrived
// Of payload, for each task: what waits here is memory of this process.
constexpr std::uint64_t byte_credit = std::uint64_t{64} << 20;

std::vector<std::uint32_t> tasks_here(const assembly& plan) {
  std::vector<std::uint32_t> made;
  for (std::uint32_t i = 0; i < plan.tasks.size(); ++i) {
    if (plan.tasks[i].plugin.descriptor != nullptr) made.push_back(i);
  }
  return made;
}

// What nobody was in at the end need not be told.
wire::work wire_work_of(std::uint32_t task, const task_work& work) {
  wire::work made{
      task, work.busy_ns, work.blocked_ns, work.idle_ns, {work.times.begin(), work.times.end()}};
  while (!made.times.empty() && made.times.back() == 0) made.times.pop_back();
  return made;
}

std::string texts_of(const std::vector<net::address>& all) {
  std::string made;
  for (const net::address& one : all) made += (made.empty() ? "" : ", ") + one.text();
  return made;
}

} // namespace

task_run::task_run(const assembly& plan, const run_options& options, const task_options& to,
                   net::loop& serving, run_resources& shared)
    : plan_(plan),
      options_(options),
      loop_(serving),
      health_(shared.health),
      threads_(plan, shared),
      served_as_(plan.tasks.size()),
      dispatcher_(tasks_here(plan).size(), base::nanoseconds(plan.settings.limit.msg_timeout)),
      client_(serving, client_settings_of(to), shared.chunks, *this),
      addresses_(texts_of(to.topologies)),
      back_([this](dispatcher::session_id session, std::uint32_t task, engine::worker_report& done,
                   std::uint64_t bytes) { send_back(session, task, done, bytes); }) {
  for (const std::uint32_t position : tasks_here(plan)) {
    served_as_[position] = static_cast<std::uint32_t>(served_.size());
    served_.push_back({position, net::credit_plan(byte_credit)});
  }
}

net::client_settings task_run::client_settings_of(const task_options& to) const {
  net::client_settings made;
  made.topology = plan_.settings.name;
  for (const std::uint32_t position : tasks_here(plan_)) {
    const task_plan& task = plan_.tasks[position];
    made.tasks.push_back({task.settings.name, task.children.empty(), task.settings.workers});
  }
  made.topologies = to.topologies;
  made.trusted = trust_of(plan_.settings.network);
  made.name = to.name;
  made.max_backoff = to.max_backoff;
  return made;
}

run_report task_run::run() {
  start_ns_ = last_activity_ns_ = base::steady_ns();
  start_threads();
  while (phase_ != phase::over) {
    round();
    const std::int64_t pause_ns = announced_ ? hear_every_ns : look_every_ns;
    if (phase_ != phase::over) loop_.wait(base::steady_ns() + pause_ns);
  }
  leave();
  run_report report = report_now(base::steady_ns());
  finish_report(report);
  return report;
}

// Where the system refuses a thread, the run ends in the usual way with those that there are.
void task_run::start_threads() {
  try {
    threads_.start();
  } catch (const base::failure& refused) {
    fail(static_cast<int>(refused.code()),
         fmt::format("{}; this process wants {} threads: give its tasks fewer workers, or raise "
                     "the limit of threads or memory (ulimit -u, ulimit -v, of the container)",
                     refused.what(), threads_.size()));
  }
}

// A worker that cannot start is no worker: topologies hear of this process once all have.
void task_run::round() {
  if (phase_ == phase::starting && threads_.ready()) {
    phase_ = phase::serving;
    health_.process({}, start_ns_);
    client_.start();
  }
  (void)threads_.collect(*this);
  const std::int64_t now = base::steady_ns();
  health_.beat(now);
  observe(now);
  check_end(now);
  serve_alone(now);
  for (const served_task& one : served_) threads_.hand_out(*this, one.position);
  tell_credit(now);
  status(now);
}

void task_run::observe(std::int64_t now_ns) {
  if (now_ns < next_observation_ns_) return;
  next_observation_ns_ = now_ns + look_every_ns;
  running_.clear();
  threads_.observe(*this, now_ns);
  health_.topology(sessions_.empty() ? "no session with it" : "", now_ns);
}

// A suspect may end this process: its topology knows by then that it was begun.
void task_run::serve_alone(std::int64_t now_ns) {
  if (!announced_) {
    const auto of = dispatcher_.announce_alone(now_ns);
    if (of) announced_ = {*of, sessions_.at(*of)->announce()};
  }
  if (!announced_) return;
  const auto session = sessions_.find(announced_->to);
  if (session != sessions_.end() && !session->second->has_heard(announced_->mark)) return;
  announced_.reset();
  dispatcher_.begin_alone();
}

void task_run::tell_credit(std::int64_t now_ns) {
  for (std::uint32_t task = 0; task < served_.size(); ++task) {
    net::credit_plan& credit = served_[task].credit;
    const std::size_t capacity = threads_.capacity(served_[task].position);
    credit.pause(capacity == 0);
    if (capacity == 0) dispatcher_.give_back_task(task, back_); // others may be free
    credit.capacity(capacity);
    credit.tell(now_ns, [&](std::uint64_t session, std::uint64_t messages, std::uint64_t bytes) {
      sessions_.at(session)->grant(task, messages, bytes);
    });
  }
}

void task_run::send_back(dispatcher::session_id session, std::uint32_t task,
                         engine::worker_report& done, std::uint64_t bytes) {
  served_[task].credit.finished(session, done.results.size(), bytes);
  sessions_.at(session)->report(task, done);
}

// --- topologies

void task_run::joined(net::client_session& session) {
  ever_joined_ = true;
  sessions_.emplace(session.id(), &session);
  for (served_task& one : served_) one.credit.join(session.id());
}

void task_run::delivered(net::client_session& session, const wire::deliver& said) {
  std::uint64_t bytes = 0;
  for (const tempest_delivery& one : said.deliveries) bytes += engine::message_bytes(one);
  served_[said.task].credit.received(session.id(), said.deliveries.size(), bytes);
  dispatcher_.deliver(session.id(), said);
  last_activity_ns_ = base::steady_ns();
  if (phase_ != phase::serving) dispatcher_.give_back_all(back_);
}

void task_run::cancelled(net::client_session& session, std::span<const std::uint64_t> tokens) {
  if (dispatcher_.cancel(session.id(), tokens, back_)) threads_.cancel(*this);
}

void task_run::alive(net::client_session& session, wire::heartbeat& said) {
  dispatcher_.begun(session.id(), running_, base::steady_ns(), said.running);
  for (std::uint32_t task = 0; task < served_.size(); ++task) {
    if (threads_.stuck(served_[task].position)) said.stuck.push_back(task);
    said.done.push_back(wire_work_of(task, threads_.work(served_[task].position)));
    const std::string_view trouble = threads_.sink_trouble(served_[task].position);
    if (!trouble.empty()) {
      said.sinks.push_back({task, base::utf8_prefix(trouble, wire::longest_trouble)});
    }
  }
}

void task_run::left(net::client_session& session, std::string_view /*reason*/) {
  if (phase_ == phase::draining || phase_ == phase::over) unreported_ += session.unreported();
  sessions_.erase(session.id());
  for (served_task& one : served_) one.credit.leave(session.id());
  if (dispatcher_.forget(session.id())) threads_.cancel(*this);
}

// --- workers

std::size_t task_run::queued(std::uint32_t task) const {
  return dispatcher_.queued(served_as_[task]);
}

void task_run::take(std::uint32_t task, engine::worker_id /*worker*/, std::size_t max,
                    std::vector<tempest_delivery>& out) {
  dispatcher_.take(served_as_[task], max, out);
}

void task_run::report(std::uint32_t task, engine::worker_id /*worker*/,
                      engine::worker_report& done) {
  dispatcher_.report(served_as_[task], done, back_);
}

void task_run::take_away(std::uint32_t task, engine::worker_id /*worker*/,
                         engine::worker_report& done) {
  dispatcher_.take_away(served_as_[task], done, back_);
}

void task_run::gone(engine::worker_id /*worker*/, std::span<const engine::delivery_ref> taken) {
  dispatcher_.let_go(taken);
}

bool task_run::useless(engine::delivery_ref delivery) const {
  return phase_ != phase::serving || dispatcher_.useless(delivery);
}

void task_run::begun(engine::worker_id /*worker*/, std::span<const engine::begun> running) {
  running_.insert(running_.end(), running.begin(), running.end());
}

std::string_view task_run::message_id(engine::delivery_ref delivery) const {
  return dispatcher_.message_id(delivery);
}

} // namespace tempest::service
