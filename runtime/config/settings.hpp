// Topology.toml as typed, validated settings. Pure data: what the runtime obeys, with the default
// of each key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/metric_settings.hpp"
#include "runtime/config/value.hpp"

namespace tempest::config {

using std::chrono::milliseconds;

enum class policy_type : std::uint8_t { retry, best_effort, none };
enum class exhausted_action : std::uint8_t { dead_letter, leave, ack, stop };

// What happens to a delivery that failed, and to its message in the end.
struct failure_policy {
  policy_type type = policy_type::retry;
  std::uint32_t attempts = 3; // including the first
  milliseconds backoff{1000};
  milliseconds max_backoff{60000};
  double jitter = 1.0; // 0 none .. 1 full
  // dead_letter when [dead_letter] is there and nothing else is said
  exhausted_action on_exhausted = exhausted_action::leave;
};

// The plugin that a source, sink or dead letters use, and its own options.
struct plugin_use {
  std::string type;
  base::location where;
  table options; // [....config], not yet checked against the plugin's descriptor
  base::location options_where;
};

// How many bad answers in a row are borne from a source or a sink.
struct health_settings {
  std::uint32_t unhealthy_limit = 3;    // then it is connected to anew
  std::uint32_t unhealthy_shutdown = 0; // then the process ends; 0 = never
};

struct source_settings {
  plugin_use plugin;
  health_settings health;
  milliseconds max_backoff{30000};
};

inline constexpr std::uint32_t most_workers = 1024; // of a task, in one process

struct task_settings {
  std::string name;
  base::location where;
  std::string library;    // absolute path; empty: look in the search path
  bool is_sink = false;   // `sink =` instead of a task plugin
  plugin_use plugin;      // type defaults to the name
  health_settings health; // of a sink
  std::uint32_t workers = 1;
  std::uint32_t poll_count = 1000;
  failure_policy policy; // the topology's, with this task's keys over it
};

// Between two tasks, by their names.
struct edge_settings {
  std::string from;
  std::string to;
  base::location where;
};

struct limits {
  milliseconds msg_timeout{30000};
  base::location msg_timeout_where; // none when it is not given
  milliseconds handler_warn{10000};
  milliseconds handler_limit{0}; // 0: off
  std::uint64_t max_pending = 10000;
  std::uint64_t max_pending_bytes = 256ull << 20;
  std::uint64_t max_retrying = 1000;
  std::uint32_t max_deliveries = 20;
  std::uint64_t max_message_bytes = 64ull << 20;
  std::uint64_t max_outputs_bytes = 64ull << 20; // per delivery
  milliseconds no_worker_timeout{30000};
};

// Whom a listener lets in, and what a peer has to show.
struct trust_settings {
  std::string auth_token; // a secret: never printed; empty: none
  bool insecure = false;  // beyond this host without token and TLS
  std::string tls_cert;   // absolute paths; all three or none
  std::string tls_key;
  std::string tls_ca;
  base::location tls_where;
};

// How topology and task processes find and trust each other.
struct network_settings : trust_settings {
  std::string host = "127.0.0.1"; // where the topology listens; also unix:/path
  std::uint16_t port = 8765;      // 0 = a free one
  base::location where;           // of host, or port; none when neither is given
};

// Where a process tells how it is.
struct admin_listener {
  std::string address; // HOST:PORT, port 0 = a free one, or unix:/path; empty: nowhere
  base::location where;
};

struct admin_settings : trust_settings {
  admin_listener topology; // of `run topology` and `run standalone`
  admin_listener task;     // of `run task`
};

struct settings {
  std::string file;   // as named by the user
  std::string folder; // absolute; relative paths in the file start here
  std::string name;
  milliseconds graceful_shutdown{30000};
  network_settings network;
  admin_settings admin;
  metric_settings metric;
  std::string library; // [topology] library, absolute; empty: the pipeline is in the file
  failure_policy policy;
  // Retry policies that some task has and that do not say what follows the last attempt, without
  // dead letters: where they stand, or would.
  std::vector<base::location> silent_policies;
  limits limit;
  source_settings source;
  std::vector<task_settings> tasks; // in the order of the file
  std::vector<edge_settings> edges;
  std::optional<plugin_use> dead_letter;
  health_settings dead_letter_health;
};

} // namespace tempest::config
