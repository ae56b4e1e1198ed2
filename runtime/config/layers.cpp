#include "runtime/config/layers.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "runtime/base/edit_distance.hpp"
#include "runtime/config/overrides.hpp"
#include "runtime/config/value_edit.hpp"

namespace tempest::config {
namespace {

value from_library(const library_topology& library) {
  const base::location where{library.library, 0, 0};
  value root = make_table(where);
  table& top = std::get<table>(root.data);
  top["name"] = make_text(library.name, where);
  array tasks;
  for (const std::string& name : library.tasks) {
    value task = make_table(where);
    std::get<table>(task.data)["name"] = make_text(name, where);
    tasks.push_back(std::move(task));
  }
  array edges;
  for (const auto& [from, to] : library.edges) {
    value edge = make_table(where);
    std::get<table>(edge.data)["from"] = make_text(from, where);
    std::get<table>(edge.data)["to"] = make_text(to, where);
    edges.push_back(std::move(edge));
  }
  top["task"].data = std::move(tasks);
  top["edge"].data = std::move(edges);
  for (const library_topology::setting& one : library.settings) {
    value given = plain_value(one.toml, library.library);
    if (one.task.empty()) {
      set_path(top["topology"], one.key, std::move(given));
    } else if (value* task = find_task(root, one.task)) {
      set_path(*task, one.key, std::move(given));
    }
  }
  return root;
}

// Whether the table under `key` is laid over key by key, not as a whole: [config] always, and a
// failure_policy unless it says to be of another type, which has no use for the keys below.
bool is_merged(const std::string& key, const value& below, const value& over) {
  if (below.entries() == nullptr || over.entries() == nullptr) return false;
  if (key == "config") return true;
  if (key != "failure_policy") return false;
  const auto type = over.entries()->find("type");
  if (type == over.entries()->end()) return true;
  const auto old = below.entries()->find("type");
  const std::string* before = old == below.entries()->end() ? nullptr : old->second.text();
  const std::string* now = type->second.text();
  return now != nullptr && *now == (before != nullptr ? *before : "retry");
}

// Lays the keys of `over` over those of `under`.
void lay_over(value& under, const value& over) {
  for (const auto& [key, entry] : *over.entries()) {
    value& below = std::get<table>(under.data)[key];
    if (is_merged(key, below, entry)) {
      for (const auto& [name, option] : *entry.entries()) {
        std::get<table>(below.data)[name] = option;
      }
      below.where = entry.where;
    } else {
      below = entry;
    }
  }
  under.where = over.where;
}

void overlay_tasks(value& merged, const value& file_tasks, const library_topology& library,
                   base::problems& found) {
  const array* items = file_tasks.items();
  if (items == nullptr) {
    found.push_back({base::severity::error, file_tasks.where, "task must be a list: [[task]]", {}});
    return;
  }
  std::set<std::string> seen;
  for (const value& one : *items) {
    const table* entries = one.entries();
    const value* name = nullptr;
    if (entries != nullptr && entries->contains("name")) name = &entries->find("name")->second;
    if (name == nullptr || name->text() == nullptr) {
      found.push_back({base::severity::error, one.where, "a [[task]] has no name", {}});
      continue;
    }
    if (!seen.insert(*name->text()).second) {
      found.push_back({base::severity::error, name->where,
                       fmt::format("task '{}' stands twice", *name->text()),
                       "put its keys together in one [[task]]"});
      continue;
    }
    if (value* task = find_task(merged, *name->text())) {
      lay_over(*task, one);
      continue;
    }
    found.push_back(
        {base::severity::error, name->where,
         fmt::format("the topology library {} has no task '{}'", library.library, *name->text()),
         base::did_you_mean(*name->text(), library.tasks)});
  }
}

void overlay_file(value& merged, const document& parsed, const library_topology& library,
                  base::problems& found) {
  for (const auto& [key, entry] : *parsed.root.entries()) {
    if (key == "task") {
      overlay_tasks(merged, entry, library, found);
    } else if (key == "edge") {
      found.push_back({base::severity::error, entry.where,
                       "[[edge]] cannot stand beside [topology] library",
                       "the library declares the pipeline; remove one of the two"});
    } else if (key == "topology" && entry.entries() != nullptr) {
      value& topology = std::get<table>(merged.data)["topology"];
      (void)entries_of(topology, entry.where);
      lay_over(topology, entry);
    } else {
      std::get<table>(merged.data)[key] = entry;
    }
  }
  merged.where = parsed.root.where;
}

} // namespace

value merge_layers(const document& parsed, const library_topology* library,
                   const std::vector<override_value>& overrides, base::problems& found) {
  value merged = parsed.root;
  if (library != nullptr) {
    merged = from_library(*library);
    overlay_file(merged, parsed, *library, found);
  }
  apply_overrides(merged, overrides, found);
  return merged;
}

} // namespace tempest::config
