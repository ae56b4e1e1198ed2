// Workers that are threads of the topology's own process: `tempest run standalone`.
#pragma once

#include <string>
#include <vector>

#include "runtime/service/worker_threads.hpp"
#include "runtime/service/workers.hpp"
#include "runtime/worker/watchdog.hpp"

namespace tempest::service {

class local_workers final : public workers {
 public:
  // All that is passed outlives the workers.
  local_workers(const assembly& plan, run_resources& shared);

  void start() override { threads_.start(); }
  [[nodiscard]] bool ready() const override { return threads_.ready(); }
  [[nodiscard]] std::string fatal() override { return threads_.fatal(); }
  bool collect(engine::engine& engine, std::int64_t now_ns) override;
  void observe(engine::engine& engine, std::int64_t now_ns) override;
  void cancel(engine::engine& engine, std::int64_t now_ns) override;
  void hand_out(engine::engine& engine) override;
  void close() override;
  [[nodiscard]] bool all_done() const override { return threads_.all_done(); }
  void hurry() override { threads_.hurry(); }
  void join() override { threads_.join(); }
  void detach() override { threads_.detach(); }
  [[nodiscard]] std::size_t threads() const override { return threads_.size(); }

 private:
  void hand_out_task(engine::engine& engine, std::uint32_t task);
  [[nodiscard]] static std::string message_id_of(const engine::engine& engine,
                                                 worker_thread& holder,
                                                 engine::delivery_ref delivery);

  const assembly& plan_;
  worker_threads threads_;
  worker::watchdog watchdog_;
  std::vector<engine::worker_report> reports_;
  std::vector<engine::begun> begun_;
};

} // namespace tempest::service
