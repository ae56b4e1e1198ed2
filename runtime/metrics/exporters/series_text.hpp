// One series as text: its name, and its number. Pure.
#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <string>
#include <string_view>

namespace tempest::metrics {

// `name{topology="shop",task="split"}`, as the exposition writes it: no two series have the same.
[[nodiscard]] std::string series_text(std::string_view name, const prometheus::ClientMetric& of);

// "counter", "gauge" or "histogram": there are no others in the registry.
[[nodiscard]] const char* type_word(prometheus::MetricType type);

// The number of a counter or gauge.
[[nodiscard]] double value_of(const prometheus::MetricFamily& family,
                              const prometheus::ClientMetric& of);

// `prefix`, `joint` and `name`; the name alone without a prefix.
[[nodiscard]] std::string prefixed(std::string_view prefix, std::string_view joint,
                                   std::string_view name);

} // namespace tempest::metrics
