// The host table of one plugin instance: what it logs and counts arrives here under its name.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "runtime/base/log.hpp"
#include "runtime/base/repeats.hpp"
#include "runtime/metrics/registry.hpp"

namespace tempest::metrics {

// Stays where it is and outlives the instance that was given its table.
class plugin_host {
 public:
  // `instance` is named as its task is in the topology, or by the type of a source or sink. The
  // workers of one task share its metrics. The registry outlives this object.
  plugin_host(registry& metrics, owner instance, std::string topology, std::uint32_t worker = 0);
  ~plugin_host();
  plugin_host(const plugin_host&) = delete;
  plugin_host& operator=(const plugin_host&) = delete;

  // For `create` of the plugin; valid as long as this object. Its functions may be called from any
  // thread and never throw. One warning or error logged again and again becomes a few lines and a
  // count, which follows with the next line of the instance or at its end.
  [[nodiscard]] const tempest_host* table() const noexcept { return &table_; }

  // Names the message in hand (empty = none) for the lines that the calling thread logs; lines of
  // other threads carry no message. Call before the instance is created, on the thread that runs
  // it; `current` is only called there.
  void set_current_message(std::function<std::string_view()> current);

 private:
  // What makes two lines the same.
  using line = std::pair<base::log_level, std::string>;
  using repeated_lines = base::repeats<line>;

  [[nodiscard]] bool is_left_out(base::log_level level, std::string_view text,
                                 std::string_view message) const;
  void tell(const line& what, const repeated_lines::count& how_often) const;

  static void log(void* self, std::uint32_t level, tempest_slice text) noexcept;
  static tempest_metric* metric(void* self, std::uint32_t type, const char* name, const char* help,
                                const tempest_header* labels, std::size_t label_count) noexcept;
  static void update(tempest_metric* metric, double value) noexcept;

  registry* registry_;
  const owner owner_;
  const std::string topology_;
  std::function<std::string_view()> current_message_;
  std::thread::id thread_;
  mutable std::mutex mutex_;
  mutable repeated_lines repeats_;
  tempest_host table_{};
};

} // namespace tempest::metrics
