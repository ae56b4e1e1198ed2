// Columns of text for people. Pure.
#pragma once

#include <string>
#include <vector>

namespace tempest::cli {

enum class align { left, right };

struct column {
  std::string title;
  align to = align::left;
};

// Lines with columns two spaces apart, as wide as their widest cell, without trailing spaces and
// without the last line end. Characters are counted as code points. When `width` is not 0, the last
// column is wrapped at spaces so that lines fit, as long as that leaves it 20 columns.
[[nodiscard]] std::string table(const std::vector<column>& columns,
                                const std::vector<std::vector<std::string>>& rows,
                                std::size_t width = 0);

// Code points of UTF-8 text.
[[nodiscard]] std::size_t text_width(const std::string& text);

} // namespace tempest::cli
