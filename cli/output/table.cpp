#include "cli/output/table.hpp"

#include <algorithm>

namespace tempest::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest_wrapped = 20;

// Words of `text` in lines of at most `width` columns; a longer word stands alone.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines{""};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    std::string& last = lines.back();
    if (last.empty()) {
      last = word;
    } else if (text_width(last) + 1 + text_width(word) <= width) {
      last += " " + word;
    } else {
      lines.push_back(word);
    }
    begin = end + 1;
  }
  return lines;
}

void add_cell(std::string& line, const std::string& text, std::size_t width, align to) {
  const std::string pad(width - std::min(width, text_width(text)), ' ');
  line += to == align::right ? pad + text : text + pad;
}

void add_line(std::string& out, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  if (!out.empty()) out += '\n';
  out += line;
}

struct layout {
  const std::vector<column>& columns;
  std::vector<std::size_t> widths;
  std::size_t last_begins = 0;
  std::size_t last_width = 0; // 0: not wrapped

  void add_row(std::string& out, const std::vector<std::string>& cells) const {
    std::string line;
    for (std::size_t i = 0; i + 1 < columns.size(); ++i) {
      add_cell(line, cells[i], widths[i], columns[i].to);
      line.append(gap, ' ');
    }
    const std::string& last = cells.back();
    if (last_width == 0) {
      add_cell(line, last, widths.back(), columns.back().to);
      return add_line(out, line);
    }
    for (const std::string& part : wrapped(last, last_width)) {
      add_line(out, line + part);
      line.assign(last_begins, ' ');
    }
  }
};

} // namespace

std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

std::string table(const std::vector<column>& columns,
                  const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  layout made{columns, {}, 0, 0};
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles.push_back(columns[i].title);
    std::size_t widest = text_width(columns[i].title);
    for (const auto& row : rows) widest = std::max(widest, text_width(row[i]));
    made.widths.push_back(widest);
    if (i + 1 < columns.size()) made.last_begins += widest + gap;
  }
  if (width >= made.last_begins + narrowest_wrapped) made.last_width = width - made.last_begins;
  std::string out;
  made.add_row(out, titles);
  for (const auto& row : rows) made.add_row(out, row);
  return out;
}

} // namespace tempest::cli
