#include "runtime/worker/sink_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t ask_health_every_ns = 1'000'000'000;
constexpr std::int64_t longest_suspect_pause_ns = 2'000'000'000; // others wait meanwhile
constexpr std::uint8_t no_outcome = 0;                           // the write broke off before

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
  connected_ = is_fresh_ = true;
  next_health_ns_ = now_ns;
  return true;
}

void sink_runner::check_health(std::int64_t now_ns) {
  next_health_ns_ = now_ns + ask_health_every_ns;
  base::plugin_error error;
  if (functions_.healthy(sink_, error.get()) != 0) {
    if (!trial_.on() || trial_.passed(now_ns)) found_well();
  } else if (bad_answers_ + 1 >= settings_.unhealthy_limit) {
    lost(error.text(), now_ns);
  } else {
    bad_answer(error.text());
  }
}

// Lost while it was written to, only writes that went well end the growing pauses: a full disk lets
// itself be connected to. Each makes them shorter: what is cut off now and then gets on.
void sink_runner::found_well() {
  tries_ = bad_answers_ = 0;
  trial_.end();
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

std::size_t sink_runner::at_once(std::span<const suspicion> waiting) const {
  const auto suspect = std::find_if(waiting.begin(), waiting.end(),
                                    [](const suspicion& one) { return one.suspected(); });
  const auto others = static_cast<std::size_t>(suspect - waiting.begin());
  return std::min({trial_.at_once(), std::max<std::size_t>(others, 1), waiting.size()});
}

void sink_runner::write(std::span<const tempest_delivery> messages, std::span<suspicion> suspicions,
                        std::vector<write_outcome>& outcomes) {
  base::plugin_error health;
  const bool was_first = std::exchange(is_fresh_, false);
  const bool healthy =
      call_write(messages, outcomes) || functions_.healthy(sink_, health.get()) != 0;
  remember(messages, suspicions);
  const blame whose = messages.size() == 1                   ? blame::its_own_or_the_sinks
                      : count_of(TEMPEST_WRITE_REJECTED) > 0 ? blame::of_another
                                                             : blame::anyones;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    outcomes[i].end =
        end_of(results_[i], healthy, whose, suspicions[i], messages[i].payload.length, was_first);
    if (outcomes[i].end != write_end::breaks) continue;
    outcomes[i].reason +=
        fmt::format(" (each of the {} times that it was tried alone)", suspicions[i].alone());
  }
  learn_from(outcomes, suspicions.front(), healthy ? std::string() : health.text());
}

// Whether all was written and confirmed.
bool sink_runner::call_write(std::span<const tempest_delivery> messages,
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
    if (results_[i] == TEMPEST_WRITTEN && flushed) continue;
    all_written = false;
    std::string& reason = outcomes[i].reason;
    if (results_[i] == TEMPEST_WRITTEN) {
      results_[i] = TEMPEST_WRITE_FAILED;
      reason = "sink " + notice_.name() + " could not flush: " + error.text();
    }
    if (reason.empty()) reason = "sink " + notice_.name() + " gave no reason";
  }
  return all_written;
}

std::size_t sink_runner::count_of(std::uint8_t result) const {
  return static_cast<std::size_t>(std::count(results_.begin(), results_.end(), result));
}

// A write that went well, and what it says of the times when its message broke off.
void sink_runner::remember(std::span<const tempest_delivery> messages,
                           std::span<const suspicion> suspicions) {
  if (count_of(TEMPEST_WRITTEN) == 0 || count_of(no_outcome) > 0) return;
  std::size_t bytes = 0;
  for (const tempest_delivery& one : messages) bytes += one.payload.length;
  notice_.history().passed(bytes);
  if (messages.size() == 1) notice_.history().was_cut(bytes, suspicions.front().alone());
}

// A sink that says itself that it takes nothing now is no message's fault. One that broke off may
// be: it is tried again alone, and is to blame once that cannot be chance.
write_end sink_runner::end_of(std::uint8_t result, bool healthy, blame whose, suspicion& its,
                              std::size_t bytes, bool was_first) {
  if (result == TEMPEST_WRITTEN) return write_end::written;
  if (result == TEMPEST_WRITE_REJECTED) return write_end::rejected;
  if (result != no_outcome) return healthy ? write_end::failed : write_end::waits;
  if (whose == blame::anyones) its.broke_off(notice_.history(), bytes);
  if (whose != blame::its_own_or_the_sinks) return write_end::waits;
  if (healthy) return write_end::failed;
  switch (its.broke_off_alone(notice_.history(), bytes, was_first)) {
    case suspicion::verdict::guilty:
      return write_end::breaks;
    case suspicion::verdict::suspect:
      return write_end::suspect;
    case suspicion::verdict::cannot_wait:
      return write_end::failed;
    case suspicion::verdict::open:
      break;
  }
  return write_end::waits;
}

// `trouble`: why the sink is not well; empty: it is. When a message is to blame, others need not
// wait. A suspect, which was alone, may have to be tried many times: with pauses, and yet soon.
void sink_runner::learn_from(std::span<const write_outcome> outcomes, const suspicion& first,
                             const std::string& trouble) {
  const auto count = [&](write_end wanted) {
    return static_cast<std::size_t>(std::count_if(
        outcomes.begin(), outcomes.end(), [&](const auto& one) { return one.end == wanted; }));
  };
  const std::int64_t now_ns = base::steady_ns();
  const std::size_t written = count(write_end::written);
  const std::size_t rejected = count(write_end::rejected);
  if (written + rejected > 0) {
    bad_answers_ = 0;
    tries_ /= 2;
    trial_.wrote(written + rejected, now_ns);
  }
  if (trouble.empty()) {
    if (trial_.passed(now_ns)) found_well();
  } else if (rejected + count(write_end::breaks) > 0) {
    connected_ = false;
    next_try_ns_ = now_ns;
  } else if (count(write_end::suspect) > 0) {
    connected_ = false;
    const auto longest_ns = std::min(settings_.max_backoff_ns, longest_suspect_pause_ns);
    next_try_ns_ = now_ns + base::reconnect_after_ns(first.in_vain(), longest_ns, dice_);
  } else {
    trial_.failed();
    lost(trouble, now_ns);
  }
}

void sink_runner::close() {
  if (sink_ == nullptr) return;
  functions_.close(sink_);
  functions_.destroy(std::exchange(sink_, nullptr));
}

} // namespace tempest::worker
