// failure_policy = { ... }, of the topology and of a task.
#pragma once

#include <array>
#include <optional>

#include "runtime/config/settings.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {

// The keys that mean something to type "retry" alone.
inline constexpr std::array<const char*, 5> retry_keys = {"attempts", "backoff", "max_backoff",
                                                          "jitter", "on_exhausted"};

// A policy whose on_exhausted may still be open: it depends on whether dead letters are configured.
struct open_policy {
  failure_policy policy;
  std::optional<exhausted_action> on_exhausted;
  base::location on_exhausted_where;
  base::location where; // of the policy, or what it would stand in

  // Whether attempts may be used up, and it does not say what then.
  [[nodiscard]] bool is_silent() const {
    return policy.type == policy_type::retry && !on_exhausted;
  }
};

// Reads the key failure_policy of `home` over `policy`. A task's policy starts from the topology's.
void read_policy(table_reader& home, open_policy& policy, base::problems& found);

// Closes it: dead letters when they are configured and nothing else is said, else leave.
[[nodiscard]] failure_policy close_policy(const open_policy& open, bool has_dead_letter,
                                          base::problems& found);

} // namespace tempest::config
