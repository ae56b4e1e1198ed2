#include "runtime/worker/sink_runner.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t ask_health_every_ns = 1'000'000'000;

} // namespace

sink_runner::sink_runner(const tempest_sink_functions& functions, const tempest_options& options,
                         metrics::plugin_host& host, sink_notice& notice, sink_settings settings)
    : functions_(functions),
      options_(options),
      host_(host),
      notice_(notice),
      settings_(settings),
      dice_(std::random_device{}()) {
  table_.size = sizeof table_;
  table_.self = this;
  table_.explain = &explain;
}

bool sink_runner::create(std::string& reason) {
  base::plugin_error error;
  sink_ = functions_.create(host_.table(), &table_, &options_, error.get());
  if (sink_ == nullptr) reason = error.text();
  return sink_ != nullptr;
}

bool sink_runner::ready(std::int64_t now_ns) {
  if (!gave_up_.empty()) return false;
  if (!connected_ && !connect(now_ns)) return false;
  if (now_ns >= next_health_ns_) check_health(now_ns);
  return connected_ && gave_up_.empty();
}

std::int64_t sink_runner::next_look_ns() const {
  if (!gave_up_.empty()) return base::never_ns;
  return connected_ ? next_health_ns_ : next_try_ns_;
}

bool sink_runner::connect(std::int64_t now_ns) {
  if (now_ns < next_try_ns_) return false;
  base::plugin_error error;
  if (functions_.connect(sink_, error.get()) == 0) {
    lost(error.text(), base::steady_ns());
    return false;
  }
  connected_ = true;
  next_health_ns_ = now_ns;
  return true;
}

void sink_runner::check_health(std::int64_t now_ns) {
  next_health_ns_ = now_ns + ask_health_every_ns;
  base::plugin_error error;
  if (functions_.healthy(sink_, error.get()) != 0) {
    if (!must_write_) found_well();
  } else if (bad_answers_ + 1 >= settings_.unhealthy_limit) {
    lost(error.text(), now_ns);
  } else {
    bad_answer(error.text());
  }
}

// Lost while it was written to, only a write that went well ends the growing pauses: a full disk
// lets itself be connected to.
void sink_runner::found_well() {
  tries_ = bad_answers_ = 0;
  must_write_ = false;
  if (std::exchange(away_said_, false)) {
    notice_.back();
  } else if (!well_said_) {
    notice_.reached();
  }
  well_said_ = true;
}

void sink_runner::lost(const std::string& reason, std::int64_t now_ns) {
  connected_ = false;
  next_try_ns_ = now_ns + base::reconnect_after_ns(++tries_, settings_.max_backoff_ns, dice_);
  bad_answer(reason);
  if (!gave_up_.empty() || std::exchange(away_said_, true)) return;
  notice_.away(reason);
}

void sink_runner::bad_answer(const std::string& reason) {
  ++bad_answers_;
  if (settings_.unhealthy_shutdown == 0 || bad_answers_ < settings_.unhealthy_shutdown) return;
  gave_up_ = fmt::format("{} ({} bad answers in a row: unhealthy_shutdown)", reason, bad_answers_);
}

void sink_runner::explain(void* self, std::size_t index, tempest_slice text) noexcept {
  auto& runner = *static_cast<sink_runner*>(self);
  if (runner.outcomes_ == nullptr || index >= runner.outcomes_->size()) return;
  try {
    (*runner.outcomes_)[index].reason = base::view(text);
  } catch (const std::exception&) {
    return; // no memory for the reason: the outcome itself still stands
  }
}

void sink_runner::write(std::span<const tempest_delivery> messages,
                        std::vector<write_outcome>& outcomes) {
  outcomes.resize(messages.size());
  for (write_outcome& one : outcomes) one.reason.clear();
  results_.assign(messages.size(), TEMPEST_WRITE_FAILED);
  outcomes_ = &outcomes;
  functions_.write(sink_, messages.data(), messages.size(), sizeof(tempest_delivery),
                   results_.data());
  outcomes_ = nullptr;
  base::plugin_error error;
  const bool flushed = functions_.flush(sink_, error.get()) != 0;
  bool all_written = true;
  bool some_settled = false; // written, or rejected for what it is
  for (std::size_t i = 0; i < messages.size(); ++i) {
    outcomes[i].result = results_[i];
    if (results_[i] == TEMPEST_WRITTEN && !flushed) {
      outcomes[i] = {TEMPEST_WRITE_FAILED,
                     "sink " + notice_.name() + " could not flush: " + error.text()};
    }
    some_settled = some_settled || outcomes[i].result != TEMPEST_WRITE_FAILED;
    if (outcomes[i].result == TEMPEST_WRITTEN) continue;
    all_written = false;
    if (outcomes[i].reason.empty())
      outcomes[i].reason = "sink " + notice_.name() + " gave no reason";
  }
  base::plugin_error health;
  if (!all_written && functions_.healthy(sink_, health.get()) == 0) {
    must_write_ = true;
    lost(health.text(), base::steady_ns());
  } else if (tries_ > 0 && some_settled) {
    found_well();
  }
}

void sink_runner::close() {
  if (sink_ == nullptr) return;
  functions_.close(sink_);
  functions_.destroy(std::exchange(sink_, nullptr));
}

} // namespace tempest::worker
