// Workers that are threads of the topology's own process: `tempest run standalone`.
#pragma once

#include <string>

#include "runtime/service/worker_threads.hpp"
#include "runtime/service/workers.hpp"

namespace tempest::service {

class local_workers final : public workers {
 public:
  // All that is passed outlives the workers.
  local_workers(const assembly& plan, run_resources& shared) : threads_(plan, shared) {}

  void start() override { threads_.start(); }
  [[nodiscard]] bool ready() const override { return threads_.ready(); }
  [[nodiscard]] std::string fatal() override { return threads_.fatal(); }
  bool collect(engine::engine& engine, std::int64_t now_ns) override;
  void observe(engine::engine& engine, std::int64_t now_ns) override;
  void cancel(engine::engine& engine, std::int64_t now_ns) override;
  void hand_out(engine::engine& engine) override;
  void close() override { threads_.close(); }
  [[nodiscard]] bool all_done() const override { return threads_.all_done(); }
  void hurry() override { threads_.hurry(); }
  void join() override { threads_.join(); }
  void detach() override { threads_.detach(); }
  [[nodiscard]] std::size_t threads() const override { return threads_.size(); }

 private:
  worker_threads threads_;
};

} // namespace tempest::service
