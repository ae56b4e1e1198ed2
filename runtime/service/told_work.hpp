// What a task process tells of the work of one task's workers, heartbeat by heartbeat: as it may
// start anew, lie or err, only what was added between two counts. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/service/task_work.hpp"
#include "runtime/wire/messages.hpp"

namespace tempest::service {

class told_work {
 public:
  // `came_ns`: since when it is connected.
  explicit told_work(std::int64_t came_ns) : last_ns_(came_ns) {}

  // Adds to `sums` what `workers` workers did since it was told the last time; the first time that
  // counts only if the process did not work for others before it came.
  void hear(const wire::work& said, std::uint32_t workers, std::int64_t now_ns, task_work& sums);
  // Which part of their time they were at work in the last 5 to 10 s, or since they came; nothing:
  // that is not known yet.
  [[nodiscard]] std::optional<double> busy() const;

 private:
  void add(const wire::work& said, std::uint64_t most_ns, task_work& to) const;

  std::optional<wire::work> last_;
  std::int64_t last_ns_;
  task_work since_it_came_;
  // That, as it was a while ago, and when the next while begins.
  task_work before_;
  task_work then_;
  std::int64_t next_then_ns_ = 0;
};

} // namespace tempest::service
