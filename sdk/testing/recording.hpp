// A host for one plugin instance that keeps what it logs and counts.
#pragma once

#include <tempest/abi.h>
#include <tempest/task_harness.hpp>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tempest::testing {

class recording_host {
 public:
  explicit recording_host(std::string name);
  recording_host(const recording_host&) = delete;
  recording_host& operator=(const recording_host&) = delete;

  [[nodiscard]] const tempest_host& table() const { return table_; }
  [[nodiscard]] std::vector<log_line> log() const;
  [[nodiscard]] double metric(std::string_view name, const headers& labels) const;

 private:
  tempest_metric* series(std::uint32_t kind, const std::string& name);

  std::string name_;
  tempest_host table_{};
  mutable std::mutex mutex_;
  std::vector<log_line> log_;
  std::map<std::string, tempest_metric*> series_; // by name and labels
};

} // namespace tempest::testing
