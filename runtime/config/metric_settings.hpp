// [metric]: where a process sends its metrics, besides showing them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"

namespace tempest::config {

enum class metric_target_type : std::uint8_t {
  console,
  log,
  file,
  statsd,
  graphite,
  prometheus_push
};

// One of `target`. What is not of its type is left as it is.
struct metric_target {
  metric_target_type type = metric_target_type::console;
  base::location where;
  std::string prefix; // put before each name
  std::chrono::milliseconds flush_interval{5'000};
  // --- log
  base::log_level level = base::log_level::info;
  // --- file
  std::string path; // absolute; {instance} stands for the process
  bool clobber = false;
  std::uint64_t max_file_bytes = 64ull << 20;
  std::uint32_t max_files = 5;
  // --- statsd, graphite
  std::string host; // HOST:PORT
  base::location host_where;
  bool tags = true; // else labels become a part of the name
  // --- statsd
  std::uint32_t max_datagram_bytes = 1'432;
  // --- graphite
  std::uint64_t max_buffer_bytes = 1ull << 20;
  // --- prometheus_push
  std::string uri; // may hold a password: never printed
  base::location uri_where;
  std::string job; // empty: the topology's name
};

struct metric_settings {
  std::chrono::milliseconds flush_interval{5'000}; // where a target has none of its own
  std::chrono::milliseconds timeout{2'000};        // of one flush, and of the end of a run
  std::vector<metric_target> targets;              // in the order of the file
};

} // namespace tempest::config
