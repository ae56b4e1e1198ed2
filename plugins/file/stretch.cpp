#include "plugins/file/stretch.hpp"

#include <algorithm>
#include <iterator>

namespace file_lines {
namespace {

bool is_before(const stretch& left, const stretch& right) {
  return left.begin < right.begin;
}

// Makes one of two when they are neighbours.
bool join(stretch& left, const stretch& right) {
  if (left.end != right.begin || left.failures != right.failures) return false;
  if (right.end == stretch::without_end || left.line + left.lines != right.line) return false;
  left.end = right.end;
  left.lines += right.lines;
  return true;
}

} // namespace

void add_stretch(std::vector<stretch>& to, const stretch& added) {
  auto at = std::upper_bound(to.begin(), to.end(), added, is_before);
  if (at != to.begin() && join(*std::prev(at), added)) {
    --at;
  } else {
    at = to.insert(at, added);
  }
  const auto next = std::next(at);
  if (next != to.end() && join(*at, *next)) to.erase(next);
}

void join_stretches(std::vector<stretch>& all) {
  std::sort(all.begin(), all.end(), is_before);
  std::size_t made = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (!join(all[made], all[i])) all[++made] = all[i];
  }
  if (!all.empty()) all.resize(made + 1);
}

std::uint64_t lines_in(const std::vector<stretch>& all) {
  std::uint64_t count = 0;
  for (const stretch& one : all) count += one.lines;
  return count;
}

} // namespace file_lines
