#include "runtime/metrics/exporters/export_thread.hpp"

#include <fmt/format.h>
#include <prometheus/metric_family.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::metrics {
namespace {

// Beyond its patience, for a thread that looks at it now and then.
constexpr std::int64_t moment_ns = 500'000'000;
constexpr std::chrono::milliseconds look_for_hurry_every{20};

} // namespace

struct export_thread::state {
  state(const registry& source, std::unique_ptr<exporter> to, export_settings given)
      : settings(std::move(given)), from(&source), backend(std::move(to)) {}

  void run();
  void flush_regularly();
  [[nodiscard]] std::optional<families> collect();
  // Why it did not get there; empty when it did.
  [[nodiscard]] std::string flush();
  void tell(const std::string& trouble);
  void finish();
  void say(base::log_level level, const std::string& text) const {
    base::log(level, text, {.topology = settings.topology});
  }

  const export_settings settings;
  std::mutex mutex; // of what follows
  std::condition_variable changed;
  const registry* from; // nullptr: it may be gone
  bool stopping = false;
  bool done = false;
  // --- of the thread
  const std::unique_ptr<exporter> backend;
  patience within;
  bool away = false;
};

void export_thread::state::run() {
  flush_regularly();
  finish();
  const std::scoped_lock lock(mutex);
  done = true;
  changed.notify_all();
}

void export_thread::state::flush_regularly() {
  auto next = std::chrono::steady_clock::now() + settings.flush_interval;
  for (;;) {
    {
      std::unique_lock lock(mutex);
      if (changed.wait_until(lock, next, [this] { return stopping; })) return;
    }
    within.begins(base::nanoseconds(settings.timeout));
    tell(flush());
    // One that took longer than the interval is not made up for.
    next = std::max(next + settings.flush_interval, std::chrono::steady_clock::now());
  }
}

std::optional<families> export_thread::state::collect() {
  const std::scoped_lock lock(mutex);
  if (from == nullptr) return std::nullopt;
  return from->collect();
}

std::string export_thread::state::flush() try {
  if (const auto now = collect()) backend->flush(*now, base::calendar_ms(), within);
  return {};
} catch (const std::exception& error) {
  return base::one_line(error.what());
}

void export_thread::state::tell(const std::string& trouble) {
  const bool is_away = !trouble.empty();
  if (is_away == std::exchange(away, is_away)) return;
  if (is_away) {
    say(base::log_level::warn,
        fmt::format("metrics do not reach {}: {}; it is tried again at each flush",
                    backend->where(), trouble));
  } else {
    say(base::log_level::info, fmt::format("metrics reach {} again", backend->where()));
  }
}

// The last one is always told of: nothing comes after it that would make up for it.
void export_thread::state::finish() {
  within.begins(base::nanoseconds(settings.timeout));
  std::string trouble = flush();
  try {
    if (trouble.empty()) backend->close(within);
  } catch (const std::exception& error) {
    trouble = base::one_line(error.what());
  }
  if (trouble.empty()) return tell(trouble);
  say(base::log_level::warn,
      fmt::format("the last metrics did not reach {}: {}", backend->where(), trouble));
}

export_thread::export_thread(const registry& from, std::unique_ptr<exporter> to,
                             export_settings settings)
    : state_(std::make_shared<state>(from, std::move(to), std::move(settings))) {
  thread_ = base::start_thread(fmt::format("the metrics of {}", state_->backend->where()),
                               [kept = state_] { kept->run(); });
}

export_thread::~export_thread() {
  if (!thread_.joinable()) return;
  ask_to_finish();
  (void)finish();
}

void export_thread::ask_to_finish() {
  const std::scoped_lock lock(state_->mutex);
  if (std::exchange(state_->stopping, true)) return;
  ends_ns_ = base::steady_ns() + base::nanoseconds(state_->settings.timeout);
  state_->within.ends_at(ends_ns_);
  state_->changed.notify_all();
}

bool export_thread::finish(const std::function<bool()>& hurried) {
  std::unique_lock lock(state_->mutex);
  while (!state_->done && base::steady_ns() < ends_ns_ + moment_ns) {
    if (hurried() && base::steady_ns() < ends_ns_) {
      ends_ns_ = base::steady_ns();
      state_->within.ends_at(ends_ns_);
    }
    state_->changed.wait_for(lock, look_for_hurry_every);
  }
  const bool done = state_->done;
  if (!done) state_->from = nullptr;
  lock.unlock();
  if (done) {
    thread_.join();
    return true;
  }
  thread_.detach();
  state_->say(base::log_level::warn,
              fmt::format("the last metrics for {} are given up: it does not come back",
                          state_->backend->where()));
  return false;
}

} // namespace tempest::metrics
