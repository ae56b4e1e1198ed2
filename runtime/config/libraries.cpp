#include "runtime/config/libraries.hpp"

#include <algorithm>

namespace tempest::config {
namespace {

std::string text_of(const override_value& one) {
  const value given = override_as_value(one);
  return given.text() != nullptr ? *given.text() : std::string{};
}

// The string under `key`; empty when there is none.
std::string text_at(const value& home, std::string_view key) {
  const table* entries = home.entries();
  if (entries == nullptr) return {};
  const auto at = entries->find(key);
  return at == entries->end() || at->second.text() == nullptr ? std::string{} : *at->second.text();
}

// The task whose library a key of the command line names; empty: another key.
std::string_view task_of_library(std::string_view key) {
  constexpr std::string_view before = "task.";
  constexpr std::string_view behind = ".library";
  if (!key.starts_with(before) || !key.ends_with(behind)) return {};
  key.remove_prefix(before.size());
  return key.substr(0, key.size() - std::min(key.size(), behind.size()));
}

const array* tasks_of(const document& parsed) {
  const table* root = parsed.root.entries();
  if (root == nullptr || !root->contains("task")) return nullptr;
  return root->find("task")->second.items();
}

} // namespace

std::string topology_library(const document& parsed, const std::vector<override_value>& overrides) {
  std::string path;
  if (const table* root = parsed.root.entries(); root != nullptr && root->contains("topology")) {
    path = text_at(root->find("topology")->second, "library");
  }
  for (const override_value& one : overrides) {
    if (one.key == "topology.library") path = text_of(one);
  }
  return path.empty() ? path : absolute_path(parsed.folder, path);
}

std::vector<std::string> named_libraries(const document& parsed,
                                         const std::vector<override_value>& overrides,
                                         const std::function<bool(std::string_view)>& wanted) {
  std::vector<std::string> named;
  const auto add = [&](const std::string& path) {
    if (path.empty()) return;
    std::string whole = absolute_path(parsed.folder, path);
    if (std::find(named.begin(), named.end(), whole) == named.end()) {
      named.push_back(std::move(whole));
    }
  };
  add(topology_library(parsed, overrides));
  if (const array* tasks = tasks_of(parsed)) {
    for (const value& one : *tasks) {
      if (!wanted || wanted(text_at(one, "name"))) add(text_at(one, "library"));
    }
  }
  for (const override_value& one : overrides) {
    const std::string_view task = task_of_library(one.key);
    if (!task.empty() && (!wanted || wanted(task))) add(text_of(one));
  }
  return named;
}

} // namespace tempest::config
