#include "sdk/testing/recording.hpp"

#include <atomic>
#include <deque>
#include <utility>

#include "sdk/testing/text.hpp"

struct tempest_metric {
  explicit tempest_metric(std::uint32_t its_kind) : kind(its_kind) {}
  const std::uint32_t kind;
  std::atomic<double> value{0};
};

namespace tempest::testing {
namespace {

std::string key_of(std::string_view name, const headers& labels) {
  std::string made(name);
  for (const auto& [label, value] : labels) made.append(1, '\n').append(label).append("=" + value);
  return made;
}

// As the contract says, metrics live as long as the process.
tempest_metric* new_metric(std::uint32_t kind) {
  static std::mutex mutex;
  static auto* const all = new std::deque<tempest_metric>;
  const std::scoped_lock lock(mutex);
  return &all->emplace_back(kind);
}

} // namespace

recording_host::recording_host(std::string name) : name_(std::move(name)) {
  table_.size = sizeof table_;
  table_.minor = TEMPEST_ABI_MINOR;
  table_.self = this;
  table_.name = name_.c_str();
  table_.topology = "test";
  table_.log = [](void* self, std::uint32_t level, tempest_slice text) {
    auto& mine = *static_cast<recording_host*>(self);
    const std::scoped_lock lock(mine.mutex_);
    mine.log_.push_back({static_cast<testing::level>(level), copy(text)});
  };
  table_.metric = [](void* self, std::uint32_t kind, const char* metric_name, const char*,
                     const tempest_header* labels, std::size_t count) {
    return static_cast<recording_host*>(self)->series(kind,
                                                      key_of(metric_name, copy(labels, count)));
  };
  table_.update = [](tempest_metric* metric, double value) {
    if (metric->kind == TEMPEST_METRIC_GAUGE) {
      metric->value.store(value);
    } else {
      metric->value.fetch_add(value);
    }
  };
}

tempest_metric* recording_host::series(std::uint32_t kind, const std::string& name) {
  const std::scoped_lock lock(mutex_);
  tempest_metric*& found = series_[name];
  if (found == nullptr) found = new_metric(kind);
  return found;
}

std::vector<log_line> recording_host::log() const {
  const std::scoped_lock lock(mutex_);
  return log_;
}

double recording_host::metric(std::string_view name, const headers& labels) const {
  const std::scoped_lock lock(mutex_);
  const auto found = series_.find(key_of(name, labels));
  return found == series_.end() ? 0 : found->second->value.load();
}

} // namespace tempest::testing
