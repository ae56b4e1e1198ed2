// All metrics of the process: made at first use, updated without a lock, read as a sorted snapshot.
#pragma once

#include <tempest/abi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/metrics/series.hpp"

namespace tempest::metrics {

struct label {
  std::string name;
  std::string value;

  friend auto operator<=>(const label&, const label&) = default;
};

// Sorted by name, each name once.
using label_set = std::vector<label>;

// One series as it stood when the snapshot was taken.
struct sample {
  std::string component;
  std::string name;
  std::string help;
  kind type = kind::none;
  label_set labels;
  double value = 0;                                  // counter, gauge; sum of a histogram
  std::uint64_t count = 0;                           // histogram: observations
  std::array<std::uint64_t, bucket_count> buckets{}; // histogram: per bucket, not cumulative
};

// How much a registry takes, so that a careless label cannot eat the memory.
struct registry_limits {
  std::size_t families = 10'000;         // names, over all components
  std::size_t series_per_family = 1'000; // sets of labels under one name
};

// Any thread. Outlives every plugin that was given one of its metrics.
class registry {
 public:
  explicit registry(registry_limits limits = {}) : limits_(limits) {}
  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  // The series of that component (a task's or plugin's instance name), name and labels; made at
  // first use, the same pointer ever after, never nullptr. Names of metrics and labels are
  // [a-z_][a-z0-9_]*. What is impossible (a bad name, another kind under a known name, a label
  // twice, too many names) is logged once and yields a series that counts nothing. Beyond the limit
  // of series under one name, further label sets share the one series {overflow="true"}, and a
  // warning says so once. Takes a lock: keep the pointer instead of asking for every message.
  tempest_metric* metric(std::string_view component, kind type, std::string_view name,
                         std::string_view help, label_set labels = {});

  // Every series, sorted by component, name and labels.
  [[nodiscard]] std::vector<sample> snapshot() const;

  // The series that counts nothing.
  [[nodiscard]] tempest_metric* nothing() noexcept { return &nothing_; }

 private:
  struct family {
    kind type = kind::none;
    std::string help;
    bool overflowed = false;
    std::map<label_set, tempest_metric> series; // a node each, so that pointers stay good
  };
  using family_key = std::pair<std::string, std::string>; // component, name

  tempest_metric* series_of(const family_key& key, family& home, label_set labels);
  tempest_metric* refuse(const family_key& key, std::string_view reason);

  const registry_limits limits_;
  mutable std::mutex mutex_;
  std::map<family_key, family> families_;
  std::set<std::string> refused_; // what was logged, so that it is logged once
  bool full_ = false;             // no more names: logged
  tempest_metric nothing_;
};

} // namespace tempest::metrics
