// What fits a terminal that is drawn anew again and again: the rest would scroll it away. Pure.
#pragma once

#include <cstddef>
#include <string>

namespace tempest::cli {

struct screen_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// `text` without a line end at its end: lines cut at the right edge, characters counted as code
// points; where there are too many of them, the last row says how many are left out.
[[nodiscard]] std::string fit(const std::string& text, screen_size into);

} // namespace tempest::cli
