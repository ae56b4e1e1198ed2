// The engine's side of the pump.
#include "runtime/source/pump.hpp"

#include <utility>

#include "runtime/base/thread.hpp"

namespace tempest::source {

pump::pump(const tempest_source_functions& functions, const tempest_options& options,
           metrics::plugin_host& host, base::chunk_pool& chunks, base::bell& engine_bell,
           pump_settings settings)
    : functions_(functions),
      options_(options),
      host_(host),
      engine_bell_(engine_bell),
      settings_(std::move(settings)),
      copier_(chunks, settings_.max_message_bytes),
      dice_(std::random_device{}()) {
  table_.size = sizeof table_;
  table_.self = this;
  table_.push = &push;
  table_.settled = &settled;
  table_.withdraw = &withdraw;
}

pump::~pump() {
  join();
}

void pump::start() {
  thread_ = base::start_thread("source " + settings_.name, [this] { run(); });
}

void pump::join() {
  if (thread_.joinable()) thread_.join();
}

void pump::detach() {
  if (thread_.joinable()) thread_.detach();
}

void pump::collect(engine::incoming_batch& arrived, std::vector<std::uint64_t>& withdrawn,
                   std::vector<std::uint64_t>& confirmed) {
  const std::scoped_lock lock(mutex_);
  collected_messages_ += arrived_.messages.size();
  collected_bytes_ += std::exchange(arrived_bytes_, 0);
  std::swap(arrived, arrived_);
  withdrawn.insert(withdrawn.end(), withdrawn_.begin(), withdrawn_.end());
  withdrawn_.clear();
  confirmed.insert(confirmed.end(), confirmed_.begin(), confirmed_.end());
  confirmed_.clear();
}

// Limits count from the beginning, so that what is on its way to the engine is never forgotten.
void pump::allow(std::size_t messages, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t messages_limit = collected_messages_ + messages;
  const bool opens = messages_limit > ordered_.messages_limit;
  ordered_.messages_limit = messages_limit;
  ordered_.bytes_limit = collected_bytes_ + bytes;
  // A poll that runs has room already: only one without room is ended.
  if (opens && messages > 0 && current_room_ == 0) wake();
}

void pump::hold() {
  const std::scoped_lock lock(mutex_);
  ordered_.messages_limit = collected_messages_;
  wake();
}

void pump::failed(std::vector<engine::failure_count>& counts) {
  if (counts.empty()) return;
  const std::scoped_lock lock(mutex_);
  ordered_.failures.insert(ordered_.failures.end(), counts.begin(), counts.end());
  counts.clear();
  wake();
}

void pump::await(std::span<const engine::ended_suspect> those) {
  const std::scoped_lock lock(mutex_);
  for (const engine::ended_suspect& one : those) ordered_.awaited.push_back(one.token);
}

void pump::settle(std::vector<engine::settlement>& settlements) {
  if (settlements.empty()) return;
  const std::scoped_lock lock(mutex_);
  erase_lost(settlements, withdrawn_); // decided before the engine has heard of it
  status_.counts.unsettled += settlements.size();
  if (ordered_.settlements.empty()) {
    std::swap(ordered_.settlements, settlements);
  } else {
    ordered_.settlements.insert(ordered_.settlements.end(), settlements.begin(), settlements.end());
    settlements.clear();
  }
  status_.ended = false; // one that failed may be handed over again
  wake();
}

void pump::extend(std::vector<std::uint64_t> tokens) {
  if (tokens.empty()) return;
  const std::scoped_lock lock(mutex_);
  ordered_.extend = std::move(tokens);
  wake();
}

void pump::stop_polling() {
  const std::scoped_lock lock(mutex_);
  ordered_.stop = true;
  wake();
}

void pump::close(std::int64_t deadline_ns) {
  const std::scoped_lock lock(mutex_);
  ordered_.close = ordered_.stop = true;
  ordered_.close_deadline_ns = deadline_ns;
  wake();
}

// Under the mutex, so that the instance is still there. Room and settlements wait until the source
// is reached: to end a connect for them would only begin it again.
void pump::wake() {
  new_orders_ = true;
  if (!in_plugin_) return bell_.ring();
  if (connecting_ && !ordered_.close) return;
  if (!std::exchange(interrupted_, true)) functions_.interrupt(source_);
}

pump_status pump::status() const {
  const std::scoped_lock lock(mutex_);
  pump_status now = status_;
  if (!thread_.joinable()) now.closed = true; // it never began
  return now;
}

} // namespace tempest::source
