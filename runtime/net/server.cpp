#include "runtime/net/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/net/admission.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/net/log_budget.hpp"
#include "runtime/net/peer_session.hpp"

namespace tempest::net {
namespace {

using session_ref = std::shared_ptr<peer_session>;

std::uint64_t random_number() {
  std::random_device dice;
  return std::uint64_t{dice()} << 32 | dice();
}

void require_trust(const server_settings& settings) {
  if (may_listen(settings.listen, settings.trusted)) return;
  throw base::failure(
      base::exit_code::bad_config,
      fmt::format("{} can be reached from other hosts: set auth_token or [tls], or insecure = true "
                  "where everybody who can reach it may see and do everything",
                  settings.listen.text()));
}

} // namespace

std::uint64_t max_frame_bytes(const server_settings& settings) {
  constexpr std::uint64_t beside = std::uint64_t{33} << 20; // heads of 2^20 outputs, and a reserve
  constexpr std::uint64_t most = (std::uint64_t{1} << 31) - (std::uint64_t{1} << 16); // FlatBuffers
  const std::uint64_t content = std::max(settings.max_message_bytes, settings.max_outputs_bytes);
  return std::min(most, content) + std::min(beside, most - std::min(most, content));
}

class server::state final : public session_host {
 public:
  state(loop& serving, server_settings settings, base::chunk_pool& chunks, server_owner& owner)
      : loop_(serving),
        settings_(std::move(settings)),
        owner_(owner),
        tls_(make_tls(settings_.trusted.tls)),
        decoder_(chunks),
        instance_(random_number()) {
    require_trust(settings_);
    pool = &chunks;
    max_frame_bytes = net::max_frame_bytes(settings_);
    for (const served_task& task : settings_.tasks) {
      limits.push_back({.max_message_bytes = settings_.max_message_bytes,
                        .max_outputs_bytes = settings_.max_outputs_bytes,
                        .leaf = task.leaf});
    }
  }
  ~state() override {
    for (const auto& one : leaving_) {
      if (const auto still = one.lock(); still != nullptr) still->close();
    }
  }

  void listen() {
    listener_ = std::make_unique<listener>(
        loop_, settings_.listen, tls_,
        [this](std::unique_ptr<transport> connected) { accept(std::move(connected)); },
        [this](const std::string& why) {
          base::log(base::log_level::warn, why, {.topology = settings_.topology});
        });
  }
  [[nodiscard]] const address& where() const { return listener_->where(); }

  void close(std::string_view reason) {
    listener_.reset();
    newcomers_.clear();
    for (const session_ref& one : std::vector(sessions_)) one->drop(reason);
  }
  [[nodiscard]] bool all_gone() {
    forget_the_gone();
    return sessions_.empty() && leaving_.empty();
  }

 private:
  // --- those who are not let in
  void accept(std::unique_ptr<transport> connected) {
    make_place();
    newcomers_.push_back(std::make_shared<peer_session>(*this, decoder_, loop_,
                                                        std::move(connected), settings_.limits));
    newcomers_.back()->start();
  }
  void make_place();
  void forget_the_gone() {
    std::erase_if(leaving_, [](const std::weak_ptr<connection>& one) {
      const auto still = one.lock();
      return still == nullptr || still->closed();
    });
  }
  void introduced(peer_session& who, const wire::hello& said) override;
  void refuse(peer_session& who, const std::string& reason, const std::string& why);
  void complain(log_budget& within, std::string line, std::string_view reason) {
    if (const auto now = within.spend(std::move(line), reason, base::steady_ns()); now) {
      base::log(base::log_level::warn, *now, {.topology = settings_.topology});
    }
  }

  // --- sessions
  void granted(peer_session& who) override;
  void reported(peer_session& who, std::size_t task, engine::worker_report& done) override {
    owner_.reported(who, task, done);
  }
  [[nodiscard]] std::uint64_t inherited_bytes(engine::delivery_ref input) const override {
    return owner_.inherited_bytes(input);
  }
  void running(peer_session& who, std::size_t task, std::span<const engine::begun> begun) override {
    owner_.running(who, task, begun);
  }
  void stuck(peer_session& who, std::size_t task, bool now) override {
    owner_.stuck(who, task, now);
  }
  void worked(peer_session& who, std::size_t task, const wire::work& done) override {
    owner_.worked(who, task, done);
  }
  void sink_trouble(peer_session& who, std::size_t task, std::string_view reason) override {
    owner_.sink_trouble(who, task, reason);
  }
  void ended(peer_session& who, std::string_view reason, bool orderly) override;
  void dropped(peer_session& who, std::string reason) override;
  session_ref remove(std::vector<session_ref>& from, const peer_session& who);

  loop& loop_;
  const server_settings settings_;
  server_owner& owner_;
  const std::shared_ptr<boost::asio::ssl::context> tls_;
  wire::decoder decoder_;
  const std::uint64_t instance_;
  std::unique_ptr<listener> listener_;
  std::vector<session_ref> newcomers_; // oldest first
  std::vector<session_ref> sessions_;
  std::vector<std::weak_ptr<connection>> leaving_; // they hear a last word
  log_budget strangers_;                           // lines about those who were not let in
  log_budget losses_; // about those who were: strangers cannot hide these
};

// Those who only hear a last word go before those who may have something to say.
void server::state::make_place() {
  forget_the_gone();
  while (!newcomers_.empty() || !leaving_.empty()) {
    if (newcomers_.size() + leaving_.size() < settings_.max_newcomers) return;
    if (!leaving_.empty()) {
      if (const auto still = leaving_.front().lock(); still != nullptr) still->close();
      leaving_.erase(leaving_.begin());
    } else {
      newcomers_.front()->close();
      newcomers_.erase(newcomers_.begin());
    }
  }
}

session_ref server::state::remove(std::vector<session_ref>& from, const peer_session& who) {
  const auto place = std::find_if(from.begin(), from.end(),
                                  [&](const session_ref& one) { return one.get() == &who; });
  if (place == from.end()) return nullptr;
  session_ref taken = std::move(*place);
  from.erase(place);
  return taken;
}

void server::state::introduced(peer_session& who, const wire::hello& said) {
  admission made = admit(said, settings_);
  if (!made.refusal.empty()) return refuse(who, made.refusal, made.why);
  if (sessions_.size() >= settings_.max_sessions) {
    const std::string full =
        fmt::format("{} task processes are connected: no more are let in", settings_.max_sessions);
    return refuse(who, full, full);
  }
  wire::welcome answer;
  answer.instance = instance_;
  answer.max_frame_bytes = max_frame_bytes;
  answer.heartbeat_ms = static_cast<std::uint32_t>(settings_.heartbeat.count());
  who.let_in(std::move(made.tasks), said.name, answer);
  sessions_.push_back(remove(newcomers_, who));
}

// Of one that found this topology twice only one connection grants anything: the others are none of
// its people's business.
void server::state::granted(peer_session& who) {
  base::log(base::log_level::info, fmt::format("task process {} joined", who.name()),
            {.topology = settings_.topology});
  owner_.joined(who);
}

void server::state::refuse(peer_session& who, const std::string& reason, const std::string& why) {
  complain(strangers_, fmt::format("{} was not let in: {}", who.name(), why), why);
  who.refuse(reason);
  leaving_.push_back(who.wire());
  const session_ref last = remove(newcomers_, who);
  run_soon(loop_, [last] {}); // it is in the middle of a call
}

void server::state::ended(peer_session& who, std::string_view reason, bool orderly) {
  if (!who.in()) {
    complain(strangers_, fmt::format("{} was not let in: {}", who.name(), reason), reason);
    run_soon(loop_, [last = remove(newcomers_, who)] {});
    return;
  }
  const session_ref last = remove(sessions_, who);
  leaving_.push_back(who.wire());
  const std::string line = fmt::format("task process {} left: {}", who.name(), reason);
  if (orderly) {
    base::log(who.granted() ? base::log_level::info : base::log_level::debug, line,
              {.topology = settings_.topology});
  } else {
    complain(losses_, line, reason);
  }
  const auto how = orderly ? engine::departure::orderly : engine::departure::lost;
  if (who.granted()) owner_.left(who, reason, how);
  run_soon(loop_, [last] {});
}

void server::state::dropped(peer_session& who, std::string reason) {
  const auto known = std::find_if(sessions_.begin(), sessions_.end(),
                                  [&](const session_ref& one) { return one.get() == &who; });
  if (known == sessions_.end()) return;
  run_soon(loop_, [this, weak = std::weak_ptr(*known), reason = std::move(reason)] {
    if (const session_ref still = weak.lock(); still != nullptr) ended(*still, reason, true);
  });
}

server::server(loop& serving, server_settings settings, base::chunk_pool& pool, server_owner& owner)
    : state_(std::make_unique<state>(serving, std::move(settings), pool, owner)) {}
server::~server() = default;

void server::listen() {
  state_->listen();
}
const address& server::where() const {
  return state_->where();
}
void server::close(std::string_view reason) {
  state_->close(reason);
}
bool server::all_gone() const {
  return state_->all_gone();
}

} // namespace tempest::net
