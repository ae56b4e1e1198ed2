// Upper bounds of the buckets of histograms: 1, 2.5 and 5 in each decade, from a microsecond on.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace tempest::metrics {

// Up to a billion, so that seconds, bytes and counts of plugins all find a place without a choice
// by their author. The bucket behind the last takes what is larger.
inline constexpr std::array<double, 46> bucket_bounds = {
    1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3,
    1e-2, 2.5e-2, 5e-2, 1e-1, 2.5e-1, 5e-1, 1e0,  2.5e0,  5e0,  1e1,  2.5e1,  5e1,
    1e2,  2.5e2,  5e2,  1e3,  2.5e3,  5e3,  1e4,  2.5e4,  5e4,  1e5,  2.5e5,  5e5,
    1e6,  2.5e6,  5e6,  1e7,  2.5e7,  5e7,  1e8,  2.5e8,  5e8,  1e9};

// Up to a thousand seconds: of all that Tempest measures itself.
inline constexpr std::span<const double> duration_bounds = std::span(bucket_bounds).first(28);

} // namespace tempest::metrics
