// What a plugin instance gets from its host: options, log, metrics.
#pragma once

#include <tempest/abi.h>
#include <tempest/options.hpp>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace tempest {

using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// A number that the host collects. Cheap to copy; any thread, lock-free.
class metric {
 public:
  metric(const tempest_host& host, tempest_metric* series) noexcept
      : update_(host.update), series_(series) {}
  void add(double value = 1) const noexcept { update_(series_, value); } // a counter
  void set(double value) const noexcept { update_(series_, value); }     // a gauge
  void observe(double value) const noexcept { update_(series_, value); } // a histogram

 private:
  void (*update_)(tempest_metric*, double);
  tempest_metric* series_;
};

// Lives as long as the instance. Logging and metrics: any thread.
class context {
 public:
  context(const tempest_host& host, const tempest_options* values) noexcept
      : host_(&host), options_(values) {}

  // Options: in the constructor only. See options::get.
  template <typename Type>
  [[nodiscard]] Type get(std::string_view name) const {
    return options_.get<Type>(name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return options_.has(name); }
  // All of them, for code that also serves `validate`. In the constructor only.
  [[nodiscard]] const tempest::options& options() const noexcept { return options_; }

  // The task's name in the topology, or the type of a source or sink.
  [[nodiscard]] std::string_view name() const noexcept { return host_->name; }
  [[nodiscard]] std::string_view topology() const noexcept { return host_->topology; }
  // Index of this worker within its task, from 0.
  [[nodiscard]] std::uint32_t worker() const noexcept { return host_->worker; }

  // One line of log; the host adds topology, task and message.
  void debug(std::string_view text) const noexcept { log(TEMPEST_LOG_DEBUG, text); }
  void info(std::string_view text) const noexcept { log(TEMPEST_LOG_INFO, text); }
  void warn(std::string_view text) const noexcept { log(TEMPEST_LOG_WARN, text); }
  void error(std::string_view text) const noexcept { log(TEMPEST_LOG_ERROR, text); }

  // Metrics, made at first use; keep them, looking one up takes a lock. Names are [a-z_][a-z0-9_]*.
  [[nodiscard]] metric counter(const char* name, const char* help, labels by = {}) const {
    return make(TEMPEST_METRIC_COUNTER, name, help, by);
  }
  [[nodiscard]] metric gauge(const char* name, const char* help, labels by = {}) const {
    return make(TEMPEST_METRIC_GAUGE, name, help, by);
  }
  [[nodiscard]] metric histogram(const char* name, const char* help, labels by = {}) const {
    return make(TEMPEST_METRIC_HISTOGRAM, name, help, by);
  }

  // The host calls this when the constructor has returned: the values are gone then.
  void forget_options() noexcept { options_ = tempest::options(nullptr); }

 private:
  void log(std::uint32_t level, std::string_view text) const noexcept {
    host_->log(host_->self, level, impl::slice(text));
  }
  metric make(std::uint32_t kind, const char* name, const char* help, labels by) const {
    std::vector<header> given;
    for (const auto& [label, value] : by) given.push_back({impl::slice(label), impl::slice(value)});
    return {*host_, host_->metric(host_->self, kind, name, help, given.data(), given.size())};
  }

  const tempest_host* host_;
  tempest::options options_;
};

} // namespace tempest
