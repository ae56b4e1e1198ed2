// How long most of many durations took, as far as buckets tell. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tempest::metrics {

// Below which duration, in seconds, the part `q` (0 to 1) of them lies: between the bounds of its
// bucket in proportion; the highest bound when it is beyond that. `buckets`: how many there are in
// each of duration_tally. Nothing when there are none.
[[nodiscard]] std::optional<double> quantile(std::span<const std::uint64_t> buckets, double q);

} // namespace tempest::metrics
