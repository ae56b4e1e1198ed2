// One worker: a thread that runs one instance of one task plugin, batch by batch.
#pragma once

#include <tempest/abi.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/worker/batch_book.hpp"
#include "runtime/worker/batch_fit.hpp"
#include "runtime/worker/deferred_pool.hpp"
#include "runtime/worker/executor.hpp"
#include "runtime/worker/link.hpp"

namespace tempest::worker {

class task_worker final : public executor {
 public:
  // All that is passed outlives the worker; the functions belong to a loaded library.
  task_worker(const tempest_task_functions& functions, const tempest_options& options,
              metrics::plugin_host& host, link& work, base::chunk_pool& chunks,
              const engine::output_limits& limits);

  void run() override;
  std::size_t begun(std::int64_t now_ns, std::span<const tempest_delivery> batch,
                    std::vector<engine::begun>& out) override;
  [[nodiscard]] std::int64_t at_work_since() const override { return seen_.handler_since_ns; }
  void rest(std::span<const tempest_delivery> batch, bool finished_too,
            std::vector<engine::delivery_ref>& out) const override;
  [[nodiscard]] std::uint64_t deferred_ended() const override { return deferred_.ended_count(); }
  [[nodiscard]] std::size_t deferred_open() const override { return deferred_.open_count(); }
  [[nodiscard]] std::string deferred_id(engine::delivery_ref delivery) const override {
    return deferred_.message_id(delivery);
  }
  void destroy() override;

 private:
  bool start();
  void handle(std::span<const tempest_delivery> batch);
  void measure(std::int64_t batch_took_ns);
  void close_batch(bool interrupted);
  void ended();
  void look(std::int64_t now_ns);
  [[nodiscard]] std::uint32_t current() const;
  void send();
  [[nodiscard]] std::string_view message_in_hand() const;

  static task_worker& self(void* pointer) { return *static_cast<task_worker*>(pointer); }
  static int emit(void* worker, std::uint32_t index, const char* data, std::size_t length) noexcept;
  static int emit_output(void* worker, std::uint32_t index, const tempest_output* output) noexcept;
  static int forward(void* worker, std::uint32_t index) noexcept;
  static void succeed(void* worker, std::uint32_t index) noexcept;
  static void skip(void* worker, std::uint32_t index) noexcept;
  static void fail(void* worker, std::uint32_t index, std::uint32_t kind,
                   tempest_slice text) noexcept;
  static void progress(void* worker, std::uint32_t index) noexcept;
  static tempest_deferred defer(void* worker, std::uint32_t index) noexcept;

  const tempest_task_functions& functions_;
  const tempest_options& options_;
  metrics::plugin_host& host_;
  link& link_;
  batch_book book_;
  deferred_pool deferred_;
  tempest_task_host table_{};
  void* task_ = nullptr;

  tempest_batch batch_{};
  std::atomic<std::uint64_t> serial_{0};   // odd while a batch is in hand
  std::atomic<std::uint64_t> progress_{0}; // calls of progress
  batch_fit fit_;
  bool one_by_one_ = false; // as seen so far
  std::int64_t batch_start_ns_ = 0;
  std::int64_t last_look_ns_ = 0;  // when the clock was last read
  std::uint32_t until_look_ = 1;   // ends until it is read again
  std::uint32_t unlooked_ = 0;     // ends since it was read
  std::int64_t oldest_end_ns_ = 0; // 0: no result waits
  std::atomic<bool> slow_{false};  // begun() saw this batch twice: read the clock at every end
  std::uint64_t double_ends_told_ = 0;

  struct sighting { // what begun() saw last
    std::uint64_t serial = 0;
    std::uint64_t progress = 0;
    std::uint32_t current = 0;
    std::int64_t batch_since_ns = 0;
    std::int64_t current_since_ns = 0; // or its last progress
    std::int64_t handler_since_ns = 0; // in spite of progress
  } seen_;
};

} // namespace tempest::worker
