// Which tasks have somebody who works for them, and for how long the others have had nobody. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace tempest::service {

class attendance {
 public:
  // All `tasks` are without a worker since `now_ns`.
  attendance(std::size_t tasks, std::int64_t timeout_ns, std::int64_t now_ns);

  // Each returns whether that changed who is absent.
  bool came(std::uint32_t task, std::uint32_t workers);
  bool went(std::uint32_t task, std::uint32_t workers, std::int64_t now_ns);

  [[nodiscard]] bool complete() const { return absent_ == 0; }
  // Tasks without a worker.
  [[nodiscard]] std::vector<std::uint32_t> absent() const;
  // Those of them that have never had one.
  [[nodiscard]] std::vector<std::uint32_t> never_here() const;
  // Those of them that have just reached the timeout: each once, until it was back.
  [[nodiscard]] std::vector<std::uint32_t> overdue(std::int64_t now_ns);
  // Since when a task has had no worker, where that makes the topology unfit: from the start until
  // every task has had one at the same time, and beyond the timeout. Within it, later, whoever is
  // started anew comes back.
  [[nodiscard]] std::optional<std::int64_t> missed_since(std::uint32_t task,
                                                         std::int64_t now_ns) const;
  [[nodiscard]] std::uint32_t workers(std::uint32_t task) const { return tasks_[task].workers; }

 private:
  struct state {
    std::uint32_t workers = 0;
    std::int64_t absent_since_ns = 0;
    bool said = false; // that it is overdue
    bool ever = false; // had a worker
  };

  const std::int64_t timeout_ns_;
  std::vector<state> tasks_;
  std::size_t absent_;
  bool was_complete_ = false;
};

} // namespace tempest::service
