#include "runtime/worker/sink_runner.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::worker {

sink_runner::sink_runner(const tempest_sink_functions& functions, const tempest_options& options,
                         metrics::plugin_host& host, std::string name, std::string topology,
                         std::int64_t max_backoff_ns)
    : functions_(functions),
      options_(options),
      host_(host),
      name_(std::move(name)),
      topology_(std::move(topology)),
      max_backoff_ns_(max_backoff_ns),
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
  if (connected_) return true;
  if (now_ns < next_try_ns_) return false;
  base::plugin_error error;
  if (functions_.connect(sink_, error.get()) == 0) {
    lost(error.text(), now_ns);
    return false;
  }
  connected_ = true;
  return true;
}

// Only a write that went well ends the growing pauses: a full disk lets itself be connected to.
void sink_runner::found_well() {
  tries_ = 0;
  if (std::exchange(away_said_, false)) say(base::log_level::info, "is back");
}

void sink_runner::lost(const std::string& reason, std::int64_t now_ns) {
  connected_ = false;
  next_try_ns_ = now_ns + base::reconnect_after_ns(++tries_, max_backoff_ns_, dice_);
  if (std::exchange(away_said_, true)) return;
  say(base::log_level::warn, fmt::format("is away: {}; its messages wait, it is tried again with "
                                         "growing pauses",
                                         reason));
}

void sink_runner::say(base::log_level level, const std::string& text) const {
  base::log(level, fmt::format("sink {} {}", name_, text),
            {.topology = topology_, .task = {}, .message_id = {}});
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
  for (std::size_t i = 0; i < messages.size(); ++i) {
    outcomes[i].result = results_[i];
    if (results_[i] == TEMPEST_WRITTEN && !flushed) {
      outcomes[i] = {TEMPEST_WRITE_FAILED, "sink " + name_ + " could not flush: " + error.text()};
    }
    if (outcomes[i].result == TEMPEST_WRITTEN) continue;
    all_written = false;
    if (outcomes[i].reason.empty()) outcomes[i].reason = "sink " + name_ + " gave no reason";
  }
  base::plugin_error health;
  if (!all_written && functions_.healthy(sink_, health.get()) == 0) {
    lost(health.text(), base::steady_ns());
  } else if (tries_ > 0) {
    found_well();
  }
}

void sink_runner::close() {
  if (sink_ == nullptr) return;
  functions_.close(sink_);
  functions_.destroy(std::exchange(sink_, nullptr));
}

} // namespace tempest::worker
