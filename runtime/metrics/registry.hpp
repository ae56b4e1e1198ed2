// All metrics of the process: made at first use, updated without a lock, collected for whoever
// shows them. prometheus-cpp keeps and counts them; what is here is who may make which.
#pragma once

#include <tempest/abi.h>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/metrics/builtin.hpp"
#include "runtime/metrics/series.hpp"

namespace prometheus {
class Registry;
struct MetricFamily;
template <typename T>
class Family;
} // namespace prometheus

namespace tempest::metrics {

struct label {
  std::string name;
  std::string value;

  friend auto operator<=>(const label&, const label&) = default;
};

using label_set = std::vector<label>;

// Whose metric it is.
struct owner {
  subject of = subject::topology;
  std::string name{}; // of the task; the type of the source or sink

  friend auto operator<=>(const owner&, const owner&) = default;
};

// How much a registry takes, so that a careless label cannot eat the memory.
struct registry_limits {
  std::size_t names = 10'000;           // of plugins, over all owners
  std::size_t series_per_owner = 1'000; // sets of labels that one owner has under one name
  std::size_t label_value_bytes =
      1'024; // of a value; more is cut off, and what differs there is one
};

// Any thread. Outlives every plugin that was given one of its metrics.
class registry {
 public:
  // `topology` is a label of all.
  explicit registry(std::string topology, registry_limits limits = {});
  ~registry();
  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  // One of Tempest's own, by the name of what it is of and the value of its label, where it has
  // one. Made at first use, the same ever after.
  [[nodiscard]] tempest_metric& own(const description& what, std::string_view name = {},
                                    std::string_view label_value = {});

  // One of Tempest's own gauges without a label of its own, whose value is not known for now:
  // nobody is shown it until own() makes it anew. What own() returned of it before is gone.
  void withdraw(const description& what, std::string_view name);

  // One of a plugin: tempest_<subject>_<name>, of a counter with _total at its end. Made at first
  // use, the same pointer ever after, never nullptr. Names of metrics and labels are
  // [a-z_][a-z0-9_]*. What is impossible (a bad name, a name that Tempest uses itself, another kind
  // under a known name, one that is a part of a known histogram or has one as a part, a label twice
  // or one that Tempest adds, too many names) is logged once and yields a series that counts
  // nothing. Beyond the limit of series under one name, further label sets share the one series
  // {overflow="true"}, and a warning says so once. Takes a lock: keep the pointer instead of asking
  // for every message.
  tempest_metric* of_plugin(const owner& whose, kind type, std::string_view name,
                            std::string_view help, label_set labels = {});

  // Everything, as it stands. Sorted by name.
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const;

  // The series that counts nothing.
  [[nodiscard]] tempest_metric* nothing() noexcept { return &nothing_; }

 private:
  // One owner's series under one name.
  struct shelf {
    bool overflowed = false;
    std::map<label_set, tempest_metric> series; // a node each, so that pointers stay good
  };
  struct family {
    kind type = kind::none;
    std::variant<prometheus::Family<prometheus::Counter>*, prometheus::Family<prometheus::Gauge>*,
                 prometheus::Family<prometheus::Histogram>*>
        core;
    bool of_durations = false; // its buckets
    std::map<owner, shelf> owners;
  };

  [[nodiscard]] std::string clash_of(const std::string& full, kind type) const;
  family& family_of(const std::string& name, kind type, std::string_view help, bool of_durations);
  tempest_metric* series_of(const owner& whose, const std::string& name, family& home,
                            label_set labels);
  [[nodiscard]] static tempest_metric make(const owner& whose, const family& home,
                                           const label_set& labels);
  tempest_metric* refuse(const owner& whose, std::string_view name, std::string_view reason);

  const std::string topology_;
  const registry_limits limits_;
  const std::unique_ptr<prometheus::Registry> core_;
  mutable std::mutex mutex_;
  std::map<std::string, family> families_;
  std::size_t plugin_names_ = 0;
  std::set<std::string> refused_; // what was logged, so that it is logged once
  bool full_ = false;             // no more names: logged
  tempest_metric nothing_;
};

} // namespace tempest::metrics
