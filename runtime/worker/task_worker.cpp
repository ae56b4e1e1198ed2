#include "runtime/worker/task_worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t leave_after_ns = 1'000'000; // results wait this long at most
constexpr std::int64_t slow_ns = 20'000; // from here on the clock is read after every delivery
constexpr std::int64_t give_back_after_ns = 100'000'000;  // then the rest of a batch is given back
constexpr std::int64_t longest_trial_ns = 10'000'000'000; // see measure
constexpr std::uint32_t look_every = 32;  // ends between two looks at the clock, when fast
constexpr std::size_t large_report = 500; // leaves at once: the engine works beside the worker

} // namespace

task_worker::task_worker(const tempest_task_functions& functions, const tempest_options& options,
                         metrics::plugin_host& host, link& work, base::chunk_pool& chunks,
                         const engine::output_limits& limits)
    : functions_(functions),
      options_(options),
      host_(host),
      link_(work),
      book_(chunks, limits),
      deferred_(chunks, limits, work) {
  table_.size = sizeof table_;
  table_.self = this;
  table_.emit = &emit;
  table_.emit_output = &emit_output;
  table_.forward = &forward;
  table_.succeed = &succeed;
  table_.skip = &skip;
  table_.fail = &fail;
  table_.progress = &progress;
  table_.defer = &defer;
  table_.deferred_emit = &deferred_pool::emit;
  table_.deferred_succeed = &deferred_pool::succeed;
  table_.deferred_skip = &deferred_pool::skip;
  table_.deferred_fail = &deferred_pool::fail;
  table_.deferred_progress = &deferred_pool::progress;
}

void task_worker::run() {
  host_.set_current_message([this] { return message_in_hand(); });
  if (start()) {
    if (on_ready) on_ready();
    std::span<const tempest_delivery> batch;
    while (link_.take(batch, base::never_ns) != link::answer::closed) {
      if (!batch.empty()) handle(batch);
    }
    functions_.shutdown(task_);
  }
}

bool task_worker::start() {
  base::plugin_error error;
  task_ = functions_.create(host_.table(), &table_, &options_, error.get());
  if (task_ == nullptr) {
    on_fatal(base::exit_code::bad_config, "it could not be created: " + error.text());
    return false;
  }
  if (functions_.started(task_, error.get()) == 0) {
    on_fatal(base::exit_code::bad_config, "it could not be started: " + error.text());
    return false;
  }
  return true;
}

void task_worker::destroy() {
  if (task_ != nullptr) functions_.destroy(std::exchange(task_, nullptr));
}

void task_worker::handle(std::span<const tempest_delivery> batch) {
  book_.begin(batch);
  batch_.size = sizeof batch_;
  batch_.delivery_size = sizeof(tempest_delivery);
  batch_.count = static_cast<std::uint32_t>(batch.size());
  std::atomic_ref(batch_.current).store(0, std::memory_order_relaxed);
  batch_.deliveries = batch.data();
  batch_.interrupt = link_.interrupt();
  slow_.store(false, std::memory_order_relaxed);
  until_look_ = 1;
  batch_start_ns_ = last_look_ns_ = base::steady_ns();
  meter.begins(batch_start_ns_);
  serial_.fetch_add(1);
  base::crash_batch(&batch_);
  set_at_work(true);
  functions_.handle(task_, &batch_);
  base::crash_batch(nullptr);
  serial_.fetch_add(1);
  const bool interrupted =
      std::atomic_ref(const_cast<std::uint32_t&>(*batch_.interrupt)).load() != 0;
  const std::int64_t end_ns = base::steady_ns();
  meter.handled_in_turn(end_ns - last_look_ns_, std::exchange(unlooked_, 0));
  meter.ends(end_ns);
  measure(end_ns - batch_start_ns_);
  close_batch(interrupted);
  set_at_work(deferred_.open_count() > 0);
  send();
}

// A task that goes through its batches one by one has no part of them that more would share. As
// long as that is open, it is not tried on what would have to wait for long.
void task_worker::measure(std::int64_t batch_took_ns) {
  fit_.add(current() + 1, batch_took_ns);
  const bool alone = one_by_one_ || fit_.average_ns() > longest_trial_ns;
  link_.measured(alone ? fit_.average_ns() : fit_.ns_per_delivery());
}

// Where the task says it is, kept within the batch.
std::uint32_t task_worker::current() const {
  const std::uint32_t said =
      std::atomic_ref(const_cast<std::uint32_t&>(batch_.current)).load(std::memory_order_relaxed);
  return std::min(said, batch_.count - 1);
}

// What handle left without an end: it failed when it was begun, and is still ours otherwise.
void task_worker::close_batch(bool interrupted) {
  const std::uint32_t last = current();
  for (std::uint32_t i = 0; i < book_.size(); ++i) {
    if (book_.ended(i)) continue;
    if (i > last || (interrupted && i == 0 && last == 0)) {
      book_.end(i, engine::outcome::returned);
    } else {
      book_.end(i, engine::outcome::failed,
                "its handler returned without finishing or deferring the delivery");
    }
  }
  if (std::exchange(double_ends_told_, book_.double_ends()) != 0 || book_.double_ends() == 0)
    return;
  base::log(
      base::log_level::warn,
      "the task ended a delivery that had ended before, or none at all; this is ignored, here "
      "and from now on",
      {.topology = host_.table()->topology, .task = host_.table()->name});
}

// The clock is read at every end unless the task is known to be fast.
void task_worker::ended() {
  ++unlooked_;
  if (--until_look_ == 0 || slow_.load(std::memory_order_relaxed)) look(base::steady_ns());
}

// Results leave when the next one, taking as long as the last ones, would keep them too long.
void task_worker::look(std::int64_t now_ns) {
  const std::int64_t each_ns = fit_.average_ns();
  const bool fast = each_ns != 0 && each_ns < slow_ns;
  until_look_ = fast ? look_every : 1;
  one_by_one_ = one_by_one_ || current() + 1 < batch_.count;
  const std::int64_t last_ns = now_ns - std::exchange(last_look_ns_, now_ns);
  meter.handled_in_turn(last_ns, std::exchange(unlooked_, 0));
  if (oldest_end_ns_ == 0) oldest_end_ns_ = now_ns;
  const bool due = now_ns + last_ns - oldest_end_ns_ >= leave_after_ns;
  if ((due || book_.report().results.size() >= large_report) && book_.can_leave()) send();
  if (now_ns - batch_start_ns_ >= give_back_after_ns) link_.give_back_rest();
}

void task_worker::send() {
  oldest_end_ns_ = 0;
  if (book_.report().results.empty()) return;
  link_.report(book_.report());
  book_.left();
}

std::string_view task_worker::message_in_hand() const {
  if ((serial_.load(std::memory_order_relaxed) & 1) == 0) return {};
  if (batch_.current >= batch_.count) return {}; // nonsense from the plugin
  const tempest_slice id = batch_.deliveries[batch_.current].id;
  return {id.data, id.length};
}

std::size_t task_worker::begun(std::int64_t now_ns, std::span<const tempest_delivery> batch,
                               std::vector<engine::begun>& out) {
  deferred_.begun(out);
  const std::size_t deferred = out.size();
  const std::uint64_t serial = serial_.load();
  if ((serial & 1) == 0 || batch.empty()) return 0;
  const std::uint32_t current = this->current();
  const std::uint64_t progress = progress_.load(std::memory_order_relaxed);
  if (serial != seen_.serial || current != seen_.current) seen_.handler_since_ns = now_ns;
  if (serial != seen_.serial || progress != seen_.progress) {
    if (serial == seen_.serial) slow_.store(true, std::memory_order_relaxed);
    seen_ = {serial, progress, current, now_ns, now_ns, seen_.handler_since_ns};
  } else {
    slow_.store(true, std::memory_order_relaxed);
    if (current != std::exchange(seen_.current, current)) seen_.current_since_ns = now_ns;
  }
  for (std::uint32_t i = 0; i <= current && i < batch.size(); ++i) {
    if (book_.ended(i)) continue;
    const std::int64_t since = i == current ? seen_.current_since_ns : seen_.batch_since_ns;
    out.push_back({engine::delivery_ref::of(batch[i].host_token), since});
  }
  return out.size() - deferred;
}

void task_worker::rest(std::span<const tempest_delivery> batch, bool finished_too,
                       std::vector<engine::delivery_ref>& out) const {
  if ((serial_.load() & 1) == 0 || batch.empty()) return;
  std::vector<engine::begun> deferred;
  deferred_.begun(deferred);
  const std::uint32_t current = this->current();
  for (std::uint32_t i = 0; i < batch.size(); ++i) {
    const auto one = engine::delivery_ref::of(batch[i].host_token);
    const bool later = std::any_of(deferred.begin(), deferred.end(),
                                   [&](const engine::begun& open) { return open.delivery == one; });
    if (!later && (book_.ended(i) ? finished_too : i > current)) out.push_back(one);
  }
}

int task_worker::emit(void* worker, std::uint32_t index, const char* data,
                      std::size_t length) noexcept try {
  given_output output;
  output.payload = {data, length};
  return self(worker).book_.emit(index, output) ? 1 : 0;
} catch (const std::exception& error) {
  self(worker).book_.end(index, engine::outcome::failed, error.what());
  return 0;
}

int task_worker::emit_output(void* worker, std::uint32_t index,
                             const tempest_output* output) noexcept try {
  batch_book& book = self(worker).book_;
  if (output == nullptr || index >= book.size()) return 0;
  return book.emit(index, read_output(*output, book.at(index))) ? 1 : 0;
} catch (const std::exception& error) {
  self(worker).book_.end(index, engine::outcome::failed, error.what());
  return 0;
}

int task_worker::forward(void* worker, std::uint32_t index) noexcept try {
  return self(worker).book_.forward(index) ? 1 : 0;
} catch (const std::exception& error) {
  self(worker).book_.end(index, engine::outcome::failed, error.what());
  return 0;
}

void task_worker::succeed(void* worker, std::uint32_t index) noexcept {
  if (self(worker).book_.end(index, engine::outcome::succeeded)) self(worker).ended();
}

void task_worker::skip(void* worker, std::uint32_t index) noexcept {
  if (self(worker).book_.end(index, engine::outcome::skipped)) self(worker).ended();
}

void task_worker::fail(void* worker, std::uint32_t index, std::uint32_t kind,
                       tempest_slice text) noexcept {
  const auto what = kind == TEMPEST_REJECTED ? engine::outcome::rejected : engine::outcome::failed;
  const std::string_view reason = base::reason_of(text);
  if (self(worker).book_.end(index, what, reason)) self(worker).ended();
}

void task_worker::progress(void* worker, std::uint32_t) noexcept {
  self(worker).progress_.fetch_add(1, std::memory_order_relaxed);
}

tempest_deferred task_worker::defer(void* worker, std::uint32_t index) noexcept {
  task_worker& me = self(worker);
  std::vector<engine::output> outputs;
  std::vector<base::chunk_ref> chunks;
  engine::output_tally emitted;
  if (!me.book_.move_out(index, outputs, emitted)) return {};
  for (const engine::output& one : outputs) {
    if (one.home != nullptr) chunks.emplace_back(one.home);
  }
  return me.deferred_.open(me.book_.at(index), std::move(outputs), std::move(chunks), emitted);
}

} // namespace tempest::worker
