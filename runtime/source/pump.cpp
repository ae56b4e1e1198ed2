#include "runtime/source/pump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"

namespace tempest::source {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t health_every_ns = second_ns;
constexpr std::int64_t retry_after_ns = second_ns; // of a settlement that was not taken

// A plugin's reason, terminated whatever it did.
std::string text_of(const tempest_error& error) {
  const std::size_t length = strnlen(error.text, sizeof error.text);
  return length == 0 ? "no reason given" : std::string(error.text, length);
}

tempest_error empty_error() {
  tempest_error error{};
  error.size = sizeof error;
  return error;
}

} // namespace

pump::pump(const tempest_source_functions& functions, const tempest_options& options,
           const tempest_source_traits& traits, pump_settings settings, metrics::plugin_host& host,
           base::chunk_pool& chunks, desk& between)
    : functions_(functions),
      options_(options),
      lease_ns_(traits.lease_ms * 1'000'000),
      settings_(std::move(settings)),
      host_(host),
      desk_(between),
      intake_(chunks, settings_.max_message_bytes),
      open_(traits.lease_ms > 0),
      dice_(std::random_device{}()) {
  table_.size = sizeof table_;
  table_.self = this;
  table_.push = &push;
  table_.settled = &settled;
  table_.withdraw = &withdraw;
}

void pump::run() {
  if (create()) {
    while (!desk_.stop_finished()) {
      const std::int64_t now = base::steady_ns();
      if (desk_.stopping() && now >= desk_.stop_deadline_ns()) break;
      work(now);
    }
    close();
  }
  made_.stopped = true;
  publish();
}

void pump::work(std::int64_t now_ns) {
  if (!connected_) {
    if (now_ns >= next_try_ns_) return connect(now_ns);
    bell_.wait(desk_.stopping() ? std::min(next_try_ns_, desk_.stop_deadline_ns()) : next_try_ns_);
    return;
  }
  settle_queued(now_ns);
  renew_leases(now_ns);
  look_after_health(now_ns);
  if (connected_) poll_once(now_ns);
}

void pump::interrupt() {
  bell_.ring();
  const std::scoped_lock lock(interrupt_mutex_);
  if (interruptible_ != nullptr) functions_.interrupt(interruptible_);
}

bool pump::create() {
  tempest_error error = empty_error();
  source_ = functions_.create(host_.table(), &table_, &options_, &error);
  {
    const std::scoped_lock lock(interrupt_mutex_);
    interruptible_ = source_;
  }
  if (source_ != nullptr) return true;
  made_.fatal = fmt::format("source {} could not be created: {}", settings_.type, text_of(error));
  made_.unusable = true;
  return false;
}

void pump::connect(std::int64_t now_ns) {
  tempest_error error = empty_error();
  const bool good = functions_.connect(source_, &error) != 0;
  if (!good) {
    lost(text_of(error), base::steady_ns());
    return publish();
  }
  connected_ = true;
  tries_ = unhealthy_ = 0;
  next_health_ns_ = now_ns + health_every_ns;
  if (next_renewal_ns_ == 0) next_renewal_ns_ = now_ns + lease_ns_ / 3;
  if (std::exchange(away_said_, false)) say(base::log_level::info, "is back");
  made_.connected = true;
  publish();
}

void pump::lost(const std::string& reason, std::int64_t now_ns) {
  connected_ = false;
  next_try_ns_ = now_ns + base::reconnect_after_ns(++tries_, settings_.max_backoff_ns, dice_);
  if (std::exchange(away_said_, true)) return;
  say(base::log_level::warn,
      fmt::format("is away: {}; it is tried again with growing pauses", reason));
}

void pump::settle_queued(std::int64_t now_ns) {
  desk_.take_settlements(settlements_);
  if (!retries_.empty() && now_ns >= next_retry_ns_) {
    settlements_.insert(settlements_.end(), retries_.begin(), retries_.end());
    retries_.clear();
  }
  if (settlements_.empty()) return;
  tokens_.clear();
  outcomes_.clear();
  for (const engine::settlement& one : settlements_) {
    tokens_.push_back(one.token);
    outcomes_.push_back(static_cast<std::uint8_t>(one.what));
    open_.remove(one.token);
  }
  settlements_.clear();
  functions_.settle(source_, tokens_.data(), outcomes_.data(), tokens_.size());
  made_.ended = false; // what failed may come again: the next poll tells
  publish();           // the poll that follows may take its time
}

void pump::renew_leases(std::int64_t now_ns) {
  if (lease_ns_ == 0 || now_ns < next_renewal_ns_) return;
  next_renewal_ns_ = now_ns + lease_ns_ / 3;
  tokens_.clear();
  open_.list(tokens_);
  if (!tokens_.empty()) functions_.extend(source_, tokens_.data(), tokens_.size());
}

void pump::look_after_health(std::int64_t now_ns) {
  if (now_ns < next_health_ns_) return;
  next_health_ns_ = now_ns + health_every_ns;
  tempest_error error = empty_error();
  if (functions_.healthy(source_, &error) != 0) {
    unhealthy_ = unhealthy_total_ = 0;
    return;
  }
  ++unhealthy_total_;
  if (settings_.unhealthy_shutdown > 0 && unhealthy_total_ >= settings_.unhealthy_shutdown) {
    made_.fatal = fmt::format("source {} was unhealthy {} times in a row: {}", settings_.type,
                              unhealthy_total_, text_of(error));
    return publish();
  }
  if (++unhealthy_ >= settings_.unhealthy_limit) {
    unhealthy_ = 0;
    lost("unhealthy: " + text_of(error), now_ns);
  }
}

std::int64_t pump::poll_deadline(std::int64_t now_ns) const {
  std::int64_t deadline = std::min(now_ns + second_ns, next_health_ns_);
  if (lease_ns_ > 0) deadline = std::min(deadline, next_renewal_ns_);
  if (!retries_.empty()) deadline = std::min(deadline, next_retry_ns_);
  if (desk_.stopping()) deadline = std::min(deadline, desk_.stop_deadline_ns());
  return std::max(deadline, now_ns);
}

void pump::poll_once(std::int64_t now_ns) {
  desk_.set_waiting(true); // from here on settlements wake us
  desk_.take_settlements(settlements_);
  const bool hurry = !settlements_.empty();
  if (hurry) settle_queued(now_ns);
  const std::size_t room = desk_.stopping() ? 0 : desk_.room_messages(read_);
  const std::int64_t deadline = poll_deadline(now_ns);
  tempest_error error = empty_error();
  const int status =
      functions_.poll(source_, room, desk_.room_bytes(read_bytes_), deadline, &error);
  desk_.set_waiting(false);
  if (status == TEMPEST_POLL_UNAVAILABLE) lost(text_of(error), base::steady_ns());
  made_.ended = status == TEMPEST_POLL_END;
  const bool nothing_came = batch_.messages.empty();
  publish();
  if (made_.ended && nothing_came && !hurry) rest(deadline);
}

// At its end a source answers at once: nothing is to be had until something is settled.
void pump::rest(std::int64_t deadline_ns) {
  desk_.set_waiting(true);
  desk_.take_settlements(settlements_);
  if (settlements_.empty()) bell_.wait(deadline_ns);
  desk_.set_waiting(false);
}

void pump::publish() {
  const bool ended = made_.ended;
  desk_.publish(made_, batch_);
  made_ = {};
  made_.ended = ended;
  batch_ = desk_.empty_batch();
  intake_.start_batch();
}

void pump::close() {
  {
    const std::scoped_lock lock(interrupt_mutex_);
    interruptible_ = nullptr;
  }
  settle_queued(base::steady_ns());
  const std::int64_t deadline =
      desk_.stopping() ? desk_.stop_deadline_ns() : base::steady_ns() + second_ns;
  functions_.close(source_, deadline);
  functions_.destroy(source_);
}

void pump::say(base::log_level level, const std::string& text) const {
  base::log(level, fmt::format("source {} {}", settings_.type, text),
            {.topology = settings_.topology, .task = {}, .message_id = {}});
}

void pump::push(void* self, const tempest_source_message* messages, std::size_t count,
                std::size_t stride) noexcept try {
  auto& pump = *static_cast<source::pump*>(self);
  const auto* bytes = reinterpret_cast<const char*>(messages);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& one = *reinterpret_cast<const tempest_source_message*>(bytes + i * stride);
    pump.intake_.add(one, pump.batch_);
    pump.open_.add(one.token);
    pump.made_.read_bytes += one.payload.length;
    pump.read_bytes_ += one.payload.length;
  }
  pump.made_.read += count;
  pump.read_ += count;
} catch (const std::exception& error) {
  // Out of memory: what was not taken stays open at the source, which must not be believed to go
  // on.
  static_cast<pump*>(self)->made_.fatal = fmt::format("no memory for messages: {}", error.what());
}

void pump::settled(void* self, const std::uint64_t* tokens, std::size_t count,
                   std::uint32_t outcome, std::uint32_t result) noexcept try {
  auto& pump = *static_cast<source::pump*>(self);
  if (result == TEMPEST_SETTLED_RETRY) {
    for (std::size_t i = 0; i < count; ++i) {
      pump.retries_.push_back({tokens[i], static_cast<tempest_outcome>(outcome)});
    }
    pump.next_retry_ns_ = base::steady_ns() + retry_after_ns;
    return;
  }
  arrivals& made = pump.made_;
  if (result == TEMPEST_SETTLED_GONE) {
    made.gone += count;
  } else if (outcome == TEMPEST_ACK) {
    made.acked += count;
  } else if (outcome == TEMPEST_FAIL) {
    made.failed += count;
  } else {
    made.returned += count;
  }
} catch (const std::exception& error) {
  static_cast<pump*>(self)->made_.fatal = fmt::format("no memory for retries: {}", error.what());
}

void pump::withdraw(void* self, const std::uint64_t* tokens, std::size_t count) noexcept try {
  auto& pump = *static_cast<source::pump*>(self);
  for (std::size_t i = 0; i < count; ++i) {
    pump.open_.remove(tokens[i]);
    pump.made_.withdrawn.push_back(tokens[i]);
  }
} catch (const std::exception& error) {
  static_cast<pump*>(self)->made_.fatal = fmt::format("no memory to withdraw: {}", error.what());
}

} // namespace tempest::source
