// What most of many observations were, as far as buckets tell. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tempest::metrics {

// Below which value the part `q` (0 to 1) of them lies, evenly spread over each bucket, as
// Prometheus's histogram_quantile has it: of what lies beyond the last bound it is that bound.
// `bounds`: the upper ones; `buckets`: how many there are up to each, and beyond the last. Nothing
// when there are none.
[[nodiscard]] std::optional<double> quantile(std::span<const double> bounds,
                                             std::span<const std::uint64_t> buckets, double q);

} // namespace tempest::metrics
