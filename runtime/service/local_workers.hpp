// Workers that are threads of the topology's own process: `tempest run standalone`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/engine/quarantine.hpp"
#include "runtime/service/suspect_book.hpp"
#include "runtime/service/worker_threads.hpp"
#include "runtime/service/workers.hpp"

namespace tempest::service {

class local_workers final : public workers {
 public:
  // All that is passed outlives the workers.
  local_workers(const assembly& plan, run_resources& shared)
      : threads_(plan, shared), begun_(shared.begun), suspects_(shared.begun), taps_(shared.taps) {}

  void start(engine::engine& engine) override;
  [[nodiscard]] bool ready() const override { return threads_.ready(); }
  [[nodiscard]] std::optional<base::failure> fatal() override { return threads_.fatal(); }
  [[nodiscard]] bool left_alone() const override { return threads_.left_alone(); }
  [[nodiscard]] std::string never_came() const override { return {}; }
  bool collect(std::int64_t now_ns) override;
  void observe(std::int64_t now_ns) override;
  void cancel(std::int64_t now_ns) override;
  void suspects_ended(std::span<const engine::ended_suspect> ended) override;
  void confirmed(std::span<const std::uint64_t> tokens) override;
  void hand_out() override;
  void close() override { threads_.close(); }
  [[nodiscard]] bool all_done() const override { return threads_.all_done(); }
  void hurry() override { threads_.hurry(); }
  void join() override;
  void detach() override;
  void measure(std::int64_t now_ns) override;
  [[nodiscard]] std::size_t threads() const override { return threads_.size(); }
  void count(run_report& /*report*/) const override {}
  void begun(std::vector<engine::begun>& out) const override { threads_.begun(out); }
  [[nodiscard]] task_work work(std::uint32_t task) const override { return threads_.work(task); }

 private:
  void hand_out_suspects();
  [[nodiscard]] bool waits_for_ends(std::int64_t now_ns);

  worker_threads threads_;
  begun_table* const begun_;
  suspect_book suspects_;
  run_taps& taps_;
  std::optional<std::int64_t> waits_since_ns_;
  engine::engine* engine_ = nullptr;
  engine::quarantine quarantine_;
};

} // namespace tempest::service
