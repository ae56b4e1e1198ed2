// How a process is, check by check, and in words. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tempest::admin {

// One thing that has to be well: "source redis_stream", "task split".
struct check {
  std::string name;
  std::string trouble;       // why it is not; empty: it is well
  std::int64_t since_ns = 0; // that trouble
  std::string note{};        // said beside that it is well

  [[nodiscard]] bool well() const { return trouble.empty(); }
};

struct health {
  std::vector<check> checks;

  [[nodiscard]] bool well() const;
};

// A line for each check that failed, with its reason and for how long: "task split: no worker for
// 31 s". Reasons are made fit for a line. `now_ns` is of the clock of `since_ns`.
[[nodiscard]] std::string failed_lines(const health& of, std::int64_t now_ns);
// A line for every check, as Kubernetes writes them: "[+]source redis_stream ok", "[-]task split:
// no worker for 31 s".
[[nodiscard]] std::string all_lines(const health& of, std::int64_t now_ns);

} // namespace tempest::admin
