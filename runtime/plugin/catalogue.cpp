#include "runtime/plugin/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tempest::plugin {

bool catalogue::add(entry added) {
  const auto kind = static_cast<tempest_kind>(added.descriptor->kind);
  const bool hidden = find(kind, added.descriptor->name) != nullptr;
  entries_.push_back(std::move(added)); // find() yields the earlier one, find_in() each
  return !hidden;
}

const entry* catalogue::find(tempest_kind kind, std::string_view name) const {
  for (const entry& one : entries_) {
    if (one.descriptor->kind == kind && one.descriptor->name == name) return &one;
  }
  return nullptr;
}

const entry* catalogue::find_in(const std::string& library, tempest_kind kind,
                                std::string_view name) const {
  for (const entry& one : entries_) {
    if (one.descriptor->kind != kind || one.descriptor->name != name) continue;
    std::error_code error; // a file that is gone is no other
    if (one.library == library || std::filesystem::equivalent(one.library, library, error)) {
      return &one;
    }
  }
  return nullptr;
}

std::vector<entry> catalogue::all(tempest_kind kind) const {
  std::vector<entry> found;
  for (const entry& one : entries_) {
    if (one.descriptor->kind == kind && find(kind, one.descriptor->name) == &one) {
      found.push_back(one);
    }
  }
  std::sort(found.begin(), found.end(), [](const entry& a, const entry& b) {
    return std::string_view(a.descriptor->name) < b.descriptor->name;
  });
  return found;
}

std::vector<std::string> catalogue::names(tempest_kind kind) const {
  std::vector<std::string> found;
  for (const entry& one : all(kind)) found.emplace_back(one.descriptor->name);
  return found;
}

} // namespace tempest::plugin
