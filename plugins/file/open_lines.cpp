#include "plugins/file/open_lines.hpp"

#include <utility>

namespace file_lines {

std::uint64_t open_lines::add(std::uint64_t file, const line& one, std::uint32_t failures) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  slot& made = slots_[index];
  made.begin = one.begin;
  made.end = one.end;
  made.number = one.number;
  made.file = static_cast<std::uint32_t>(file);
  made.failures = failures;
  made.is_in_hand = true;
  return std::uint64_t{++made.generation} << 32 | index;
}

open_lines::slot* open_lines::find(std::uint64_t token) {
  const auto index = static_cast<std::uint32_t>(token);
  if (index >= slots_.size()) return nullptr;
  slot& one = slots_[index];
  return one.is_in_hand && one.generation == token >> 32 ? &one : nullptr;
}

void open_lines::count_failures(std::uint64_t token, std::uint32_t failures) {
  if (slot* const one = find(token)) one->failures = failures;
}

std::optional<open_line> open_lines::take(std::uint64_t token) {
  slot* const one = find(token);
  if (one == nullptr) return std::nullopt;
  one->is_in_hand = false;
  free_.push_back(static_cast<std::uint32_t>(token));
  return open_line{one->file, one->lines()};
}

void open_lines::keep(const open_line& one) {
  add_stretch(kept_[one.file], one.lines);
}

std::vector<stretch> open_lines::drop_kept(std::uint64_t file) {
  const auto at = kept_.find(file);
  if (at == kept_.end()) return {};
  std::vector<stretch> dropped = std::move(at->second);
  kept_.erase(at);
  return dropped;
}

std::map<std::uint64_t, std::vector<stretch>> open_lines::by_file() const {
  constexpr std::size_t a_few = 16; // what is added to them, as a rule
  std::map<std::uint64_t, std::size_t> counts;
  for (const slot& one : slots_) {
    if (one.is_in_hand) ++counts[one.file];
  }
  std::map<std::uint64_t, std::vector<stretch>> made = kept_;
  for (const auto& [file, count] : counts) made[file].reserve(made[file].size() + count + a_few);
  for (const slot& one : slots_) {
    if (one.is_in_hand) made[one.file].push_back(one.lines());
  }
  return made;
}

} // namespace file_lines
