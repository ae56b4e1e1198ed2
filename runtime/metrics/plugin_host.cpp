#include "runtime/metrics/plugin_host.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::metrics {
namespace {

// A plugin's lines may be of any length.
constexpr std::size_t told_apart_by_bytes = 1'000;

std::string_view view(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text};
}

// A level from a newer plugin is taken for an error: better too loud than lost.
base::log_level to_level(std::uint32_t level) {
  switch (level) {
    case TEMPEST_LOG_DEBUG:
      return base::log_level::debug;
    case TEMPEST_LOG_INFO:
      return base::log_level::info;
    case TEMPEST_LOG_WARN:
      return base::log_level::warn;
    default:
      return base::log_level::error;
  }
}

kind to_kind(std::uint32_t type) {
  switch (type) {
    case TEMPEST_METRIC_COUNTER:
      return kind::counter;
    case TEMPEST_METRIC_GAUGE:
      return kind::gauge;
    case TEMPEST_METRIC_HISTOGRAM:
      return kind::histogram;
    default:
      return kind::none;
  }
}

} // namespace

plugin_host::plugin_host(registry& metrics, owner instance, std::string topology,
                         std::uint32_t worker)
    : registry_(&metrics), owner_(std::move(instance)), topology_(std::move(topology)) {
  table_.size = sizeof table_;
  table_.minor = TEMPEST_ABI_MINOR;
  table_.self = this;
  table_.name = owner_.name.c_str();
  table_.topology = topology_.c_str();
  table_.worker = worker;
  table_.log = &plugin_host::log;
  table_.metric = &plugin_host::metric;
  table_.update = &plugin_host::update;
}

void plugin_host::set_current_message(std::function<std::string_view()> current) {
  current_message_ = std::move(current);
  thread_ = std::this_thread::get_id();
}

plugin_host::~plugin_host() {
  try {
    repeats_.close([this](const auto&... one) { tell(one...); });
  } catch (const std::exception&) {
    return; // no memory for the last lines
  }
}

bool plugin_host::is_left_out(base::log_level level, std::string_view text,
                              std::string_view message) const {
  if (level < base::log_level::warn) return false;
  const std::scoped_lock lock(mutex_);
  repeats_.close_old(base::steady_ns(), [this](const auto&... one) { tell(one...); });
  auto* const same = repeats_.of({level, std::string(text.substr(0, told_apart_by_bytes))});
  if (same == nullptr) return false;
  if (same->is_enough()) {
    same->leave_out(message);
    return true;
  }
  ++same->told;
  return false;
}

void plugin_host::tell(const line& what, const repeated_lines::count& how_often) const {
  base::log(what.first,
            fmt::format("{} more lines like this one: {}", how_often.untold, what.second),
            {.topology = topology_,
             .task = owner_.name,
             .message_id = how_often.last_message,
             .repeated = how_often.untold});
}

void plugin_host::log(void* self, std::uint32_t level, tempest_slice text) noexcept {
  const auto& host = *static_cast<const plugin_host*>(self);
  try {
    if (!base::log_enabled(to_level(level))) return;
    base::log_context about{.topology = host.topology_, .task = host.owner_.name};
    const bool in_hand = host.current_message_ && host.thread_ == std::this_thread::get_id();
    if (in_hand) about.message_id = host.current_message_();
    if (host.is_left_out(to_level(level), base::view(text), about.message_id)) return;
    base::log(to_level(level), base::view(text), about);
  } catch (const std::exception&) {
    return; // no memory for the line: the plugin is not to blame, and nobody could be told
  }
}

tempest_metric* plugin_host::metric(void* self, std::uint32_t type, const char* name,
                                    const char* help, const tempest_header* labels,
                                    std::size_t label_count) noexcept {
  const auto& host = *static_cast<const plugin_host*>(self);
  try {
    label_set given;
    given.reserve(label_count);
    for (std::size_t i = 0; i < label_count; ++i) {
      given.push_back(
          {std::string(base::view(labels[i].name)), std::string(base::view(labels[i].value))});
    }
    return host.registry_->of_plugin(host.owner_, to_kind(type), view(name), view(help),
                                     std::move(given));
  } catch (const std::exception&) {
    return host.registry_->nothing(); // no memory for a series: the plugin runs on without it
  }
}

void plugin_host::update(tempest_metric* metric, double value) noexcept {
  if (metric != nullptr) metric->update(value);
}

} // namespace tempest::metrics
