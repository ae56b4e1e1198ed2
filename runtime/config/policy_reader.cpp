#include "runtime/config/policy_reader.hpp"

#include <fmt/format.h>

namespace tempest::config {
namespace {

const std::vector<std::string> types = {"retry", "best_effort", "none"};
const std::vector<std::string> actions = {"dead_letter", "leave", "ack", "stop"};

} // namespace

void read_policy(table_reader& home, open_policy& open, base::problems& found) {
  const value* given = home.sub_table("failure_policy");
  if (given == nullptr) return;
  open.where = given->where;
  table_reader reader(*given, "failure_policy", found);
  failure_policy& policy = open.policy;
  std::size_t type = static_cast<std::size_t>(policy.type);
  if (reader.choice("type", types, type)) policy.type = static_cast<policy_type>(type);

  reader.count("attempts", 1, 1'000'000, policy.attempts);
  const bool backoff_given = reader.duration("backoff", 0, policy.backoff);
  const bool limit_given = reader.duration("max_backoff", 0, policy.max_backoff);
  if (backoff_given && !limit_given && policy.max_backoff < policy.backoff) {
    policy.max_backoff = policy.backoff;
  }
  if (policy.max_backoff < policy.backoff) {
    base::location where = given->where;
    for (const char* key : {"backoff", "max_backoff"}) { // one of them may be the command line's
      const value* const one = reader.find(key);
      if (one != nullptr && one->where.file != given->where.file) where = one->where;
    }
    reader.complain(where, "max_backoff of failure_policy is shorter than its backoff");
  }
  reader.number("jitter", 0.0, 1.0, policy.jitter);
  std::size_t action = 0;
  if (reader.choice("on_exhausted", actions, action)) {
    open.on_exhausted = static_cast<exhausted_action>(action);
    open.on_exhausted_where = reader.find("on_exhausted")->where;
  }
  if (policy.type != policy_type::retry) {
    for (const char* key : retry_keys) {
      reader.refuse(key,
                    fmt::format("{} has no meaning with failure_policy type \"{}\"", key,
                                types[static_cast<std::size_t>(policy.type)]),
                    "remove it, or use type = \"retry\"");
    }
  }
  reader.finish();
}

failure_policy close_policy(const open_policy& open, bool has_dead_letter, base::problems& found) {
  failure_policy policy = open.policy;
  if (policy.type == policy_type::best_effort) {
    policy.on_exhausted = exhausted_action::ack;
  } else if (policy.type == policy_type::none) {
    policy.on_exhausted = exhausted_action::leave;
  } else {
    policy.on_exhausted = open.on_exhausted.value_or(has_dead_letter ? exhausted_action::dead_letter
                                                                     : exhausted_action::leave);
    if (policy.on_exhausted == exhausted_action::dead_letter && !has_dead_letter) {
      found.push_back({base::severity::error, open.on_exhausted_where,
                       "on_exhausted is \"dead_letter\", and there is no [dead_letter]",
                       "add [dead_letter] with a sink, or choose leave, ack or stop"});
    }
  }
  return policy;
}

} // namespace tempest::config
