#include "runtime/service/remote_workers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/service/network_check.hpp"
#include "runtime/service/sink_verdict.hpp"
#include "runtime/service/stuck_notice.hpp"
#include "runtime/wire/frame.hpp"

namespace tempest::service {
namespace {

static_assert(config::most_workers == wire::most_workers);

constexpr std::chrono::milliseconds slowest_heartbeat{2'000};
constexpr std::chrono::milliseconds fastest_heartbeat{100};

// What a worker has begun is heard of at each heartbeat: often enough to mind msg_timeout.
std::chrono::milliseconds heartbeat_of(const config::limits& limit) {
  return std::clamp(limit.msg_timeout / 5, fastest_heartbeat, slowest_heartbeat);
}

net::server_settings server_settings_of(const assembly& plan) {
  const config::settings& settings = plan.settings;
  net::server_settings made;
  made.topology = settings.name;
  for (const task_plan& task : plan.tasks) {
    made.tasks.push_back({task.settings.name, task.children.empty()});
  }
  made.listen = net::listening_address(settings.network.host, settings.network.port).value();
  made.trusted = trust_of(settings.network);
  made.max_message_bytes = settings.limit.max_message_bytes;
  made.max_outputs_bytes = settings.limit.max_outputs_bytes;
  made.heartbeat = heartbeat_of(settings.limit);
  return made;
}

} // namespace

remote_workers::remote_workers(const assembly& plan, net::loop& serving, run_resources& shared)
    : plan_(plan),
      loop_(serving),
      chunks_(shared.chunks),
      health_(shared.health),
      taps_(shared.taps),
      suspects_(shared.begun),
      attendance_(plan.tasks.size(), base::nanoseconds(plan.settings.limit.no_worker_timeout),
                  base::steady_ns()),
      by_task_(plan.tasks.size()),
      stuck_(plan.tasks.size(), false),
      first_(plan.tasks.size(), 0),
      work_(plan.tasks.size()) {}

void remote_workers::listen() {
  net::server_settings settings = server_settings_of(plan_);
  const bool open = !net::is_loopback(settings.listen) && settings.trusted.token.empty() &&
                    !settings.trusted.tls.wanted();
  server_ = std::make_unique<net::server>(loop_, std::move(settings), chunks_, *this);
  server_->listen();
  say(base::log_level::info, fmt::format("listens on {}; waits for workers of {}",
                                         server_->where().text(), names_of(attendance_.absent())));
  if (open) {
    say(base::log_level::warn, "insecure = true: whoever reaches that address may see and do all");
  }
}

void remote_workers::start(engine::engine& engine) {
  engine_ = &engine;
  suspects_.start(engine);
}

bool remote_workers::collect(std::int64_t /*now_ns*/) {
  loop_.poll();
  return std::exchange(news_, false);
}

std::string remote_workers::never_came() const {
  const std::vector<std::uint32_t> missed = attendance_.never_here();
  if (missed.empty()) return {};
  return fmt::format("no task process ever worked for {}: nothing was read", names_of(missed));
}

// A source that could not hand them out again keeps its messages here, to wait.
void remote_workers::observe(std::int64_t now_ns) {
  suspects_.keep(*engine_);
  tell_health(now_ns);
  const std::vector<std::uint32_t> overdue = attendance_.overdue(now_ns);
  if (overdue.empty() || closing_) return;
  const bool gives_back = plan_.traits.guarantee == TEMPEST_AT_LEAST_ONCE;
  const bool has_some = engine_->in_flight() > 0;
  say(base::log_level::warn,
      fmt::format("nobody has worked for {} for {} ms (no_worker_timeout): {}", names_of(overdue),
                  plan_.settings.limit.no_worker_timeout.count(),
                  gives_back && has_some ? "messages go back to the source until somebody does"
                                         : "the source is not read until somebody does"));
  if (!gives_back || std::exchange(resting_, true)) return;
  engine_->stop();
}

void remote_workers::tell_health(std::int64_t now_ns) {
  for (std::uint32_t task = 0; task < by_task_.size(); ++task) {
    const auto missed_since = attendance_.missed_since(task, now_ns);
    const bool stuck = is_stuck(task);
    if (stuck != stuck_[task]) {
      stuck_[task] = stuck;
      say_stuck(plan_.settings.name, plan_.tasks[task].settings.name, stuck);
    }
    health_.task(task,
                 missed_since ? "no worker"
                 : stuck      ? stuck_words
                              : "",
                 missed_since.value_or(now_ns));
    if (plan_.tasks[task].settings.is_sink) tell_sink(task, now_ns);
  }
}

// One process alone may be cut off from it: then the others go on.
void remote_workers::tell_sink(std::uint32_t task, std::int64_t now_ns) {
  std::vector<sink_writer> writers;
  for (const group& one : by_task_[task]) {
    writers.push_back({one.session->name(), one.sink_trouble});
  }
  const sink_verdict now = judge(writers);
  if (now.away) return health_.sink(task, now.trouble, now_ns);
  health_.sink_in_part(task, now.trouble);
}

// Every process that has workers for it says so of its own. Those that left have not got on.
bool remote_workers::is_stuck(std::uint32_t task) const {
  const std::vector<group>& groups = by_task_[task];
  if (groups.empty()) return stuck_[task];
  return std::all_of(groups.begin(), groups.end(), [](const group& one) { return one.stuck; });
}

void remote_workers::everybody_is_back() {
  say(base::log_level::info, "every task has a worker");
  if (std::exchange(resting_, false) && !closing_) engine_->resume();
}

void remote_workers::cancel(std::int64_t /*now_ns*/) {
  useless_.clear();
  engine_->called_off(useless_);
  std::map<engine::worker_id, std::vector<std::uint64_t>> by_worker;
  for (const engine::held_delivery& one : useless_) {
    by_worker[one.worker].push_back(one.delivery.token());
  }
  for (std::vector<group>& groups : by_task_) {
    for (const group& one : groups) {
      const auto tokens = by_worker.find(one.id);
      if (tokens != by_worker.end()) one.session->cancel(tokens->second);
    }
  }
}

void remote_workers::hand_out() {
  if (quarantine_.wanted(*engine_)) hand_out_suspects();
  for (const engine::task_id task : engine_->serving_order()) {
    if (engine_->serves(task)) hand_out_task(task);
  }
}

void remote_workers::hand_out_suspects() {
  std::map<std::uint64_t, std::vector<std::pair<group*, std::uint32_t>>> who; // by process
  for (std::uint32_t task = 0; task < by_task_.size(); ++task) {
    for (group& one : by_task_[task]) who[one.process].emplace_back(&one, task);
  }
  std::vector<engine::quarantine::process> all;
  for (const auto& [process, groups] : who) {
    all.push_back({process, {}});
    for (const auto& [one, task] : groups) {
      all.back().places.push_back({one->id, task, one->session->in_hand(one->position)});
    }
  }
  quarantine_.plan(*engine_, all, base::steady_ns(), [&](std::uint64_t process, std::size_t place) {
    const auto& [one, task] = who.at(process)[place];
    return hand_out_suspect(*one, task);
  });
}

std::optional<engine::delivery_ref> remote_workers::hand_out_suspect(group& one,
                                                                     std::uint32_t task) {
  taken_.clear();
  if (one.session->room(one.position) == 0) return std::nullopt;
  if (!engine_->take_suspect(task, one.id, taken_)) return std::nullopt;
  deliver(one, task, true);
  return engine::delivery_ref::of(taken_.front().host_token);
}

// How many of its workers can be given something now.
std::uint64_t remote_workers::open_workers(const group& one) const {
  if (!quarantine_.open(one.process)) return 0;
  return std::min<std::uint64_t>(one.workers, one.session->room(one.position));
}

// Processes with nothing to do for the task first, and another one each time; nobody gets more than
// the share of its workers among those that take something now.
void remote_workers::hand_out_task(std::uint32_t task) {
  std::vector<group>& groups = by_task_[task];
  const std::uint64_t queued = engine_->queued(task);
  std::uint64_t all = 0;
  for (const group& one : groups) all += open_workers(one);
  if (all == 0) return;
  first_[task] = (first_[task] + 1) % groups.size();
  for (const bool idle : {true, false}) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      group& one = groups[(first_[task] + i) % groups.size()];
      if ((one.session->in_hand(one.position) == 0) != idle) continue;
      if (!engine_->serves(task)) return;
      hand_out_to(one, task, (queued * open_workers(one) + all - 1) / all);
    }
  }
}

void remote_workers::hand_out_to(group& one, std::uint32_t task, std::size_t most) {
  const std::size_t room = std::min(one.session->room(one.position), most);
  if (room == 0) return;
  taken_.clear();
  engine_->take(task, one.id, room, taken_, one.session->byte_room(one.position));
  deliver(one, task, false);
}

// What was taken.
void remote_workers::deliver(group& one, std::uint32_t task, bool alone) {
  if (taps_.watching()) taps_.handed_out(task, taken_);
  refused_.clear();
  if (alone) {
    one.session->deliver_alone(one.position, taken_.front(), refused_);
  } else {
    one.session->deliver(one.position, taken_, refused_);
  }
  if (!refused_.results.empty()) engine_->report(one.id, refused_, base::steady_ns());
}

void remote_workers::joined(net::server_session& session) {
  ++processes_now_;
  ++processes_ever_;
  bool changed = false;
  for (std::size_t position = 0; position < session.tasks().size(); ++position) {
    const net::session_task& task = session.tasks()[position];
    by_task_[task.id].push_back(
        {next_id_++, processes_ever_, &session, position, task.workers, base::steady_ns()});
    changed = attendance_.came(task.id, task.workers) || changed;
  }
  news_ = true; // there is somebody to hand out to
  if (!changed) return;
  if (attendance_.complete()) return everybody_is_back();
  say(base::log_level::info,
      fmt::format("still waits for workers of {}", names_of(attendance_.absent())));
}

void remote_workers::reported(net::server_session& session, std::size_t task,
                              engine::worker_report& done) {
  group& one = group_of(session, task);
  count(done, one);
  if (taps_.watching()) taps_.reported(*engine_, session.tasks()[task].id, one.id, done);
  engine_->report(one.id, done, base::steady_ns());
  news_ = true;
}

void remote_workers::running(net::server_session& session, std::size_t task,
                             std::span<const engine::begun> begun) {
  group& one = group_of(session, task);
  one.begun.assign(begun.begin(), begun.end());
  engine_->observe(one.id, begun, base::steady_ns());
  news_ = true;
}

void remote_workers::stuck(net::server_session& session, std::size_t task, bool now) {
  group_of(session, task).stuck = now;
}

void remote_workers::sink_trouble(net::server_session& session, std::size_t task,
                                  std::string_view reason) {
  group_of(session, task).sink_trouble = reason;
}

void remote_workers::left(net::server_session& session, std::string_view /*reason*/,
                          engine::departure how) {
  --processes_now_;
  if (how == engine::departure::lost) say_suspects(session);
  news_ = true;
  const std::int64_t now = base::steady_ns();
  std::vector<std::uint32_t> lost;
  for (std::size_t position = 0; position < session.tasks().size(); ++position) {
    const net::session_task& task = session.tasks()[position];
    engine_->release(group_of(session, position).id, how, now);
    std::erase_if(by_task_[task.id], [&](const group& one) { return one.session == &session; });
    if (attendance_.went(task.id, task.workers, now)) lost.push_back(task.id);
  }
  suspects_.keep(*engine_); // what restarts the process may restart this one, too
  if (lost.empty() || closing_) return;
  say(base::log_level::warn,
      fmt::format("nobody works for {} any more: the source is not read", names_of(lost)));
}

void remote_workers::say_suspects(const net::server_session& lost) const {
  std::size_t held = 0;
  for (std::size_t i = 0; i < lost.tasks().size(); ++i) held += lost.in_hand(i);
  if (held == 0) return;
  say(base::log_level::warn,
      fmt::format("task process {} was lost with {} messages in its hands: each is handled alone "
                  "until it has ended, in case it was one of them",
                  lost.name(), held));
}

remote_workers::group& remote_workers::group_of(const net::server_session& session,
                                                std::size_t position) {
  std::vector<group>& groups = by_task_[session.tasks()[position].id];
  return *std::find_if(groups.begin(), groups.end(), [&](const group& one) {
    return one.session == &session && one.position == position;
  });
}

std::string remote_workers::names_of(const std::vector<std::uint32_t>& tasks) const {
  std::string names = tasks.size() == 1 ? "task " : "tasks ";
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    names += fmt::format("{}'{}'", i == 0 ? "" : ", ", plan_.tasks[tasks[i]].settings.name);
  }
  return names;
}

void remote_workers::say(base::log_level level, const std::string& text) const {
  base::log(level, text, {.topology = plan_.settings.name});
}

} // namespace tempest::service
