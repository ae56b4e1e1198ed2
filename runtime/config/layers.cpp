#include "runtime/config/layers.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/base/edit_distance.hpp"
#include "runtime/config/toml_parse.hpp"

namespace tempest::config {
namespace {

value make_text(std::string text, const base::location& where) {
  value made;
  made.data = std::move(text);
  made.where = where;
  return made;
}

value make_table(const base::location& where) {
  value made;
  made.data = table{};
  made.where = where;
  return made;
}

table& entries_of(value& one, const base::location& where) {
  if (one.entries() == nullptr) one = make_table(where);
  return std::get<table>(one.data);
}

// Sets a value deep inside, making the tables on the way: "config.separator".
void set_path(value& root, std::string_view path, value given) {
  const std::size_t dot = path.find('.');
  const std::string key(path.substr(0, dot));
  value& entry = entries_of(root, given.where)[key];
  if (dot == std::string_view::npos) {
    entry = std::move(given);
  } else {
    set_path(entry, path.substr(dot + 1), std::move(given));
  }
}

// The table of [[task]] with that name; nullptr when there is none.
value* find_task(value& root, const std::string& name) {
  auto& tasks = std::get<table>(root.data)["task"];
  auto* items = std::get_if<array>(&tasks.data);
  if (items == nullptr) return nullptr;
  for (value& one : *items) {
    if (one.entries() == nullptr) continue;
    const auto at = one.entries()->find("name");
    if (at == one.entries()->end() || at->second.text() == nullptr) continue;
    if (*at->second.text() == name) return &one;
  }
  return nullptr;
}

value plain_value(const std::string& text, const std::string& origin) {
  if (auto parsed = parse_toml_value(text, origin)) return std::move(*parsed);
  return make_text(text, {origin, 0, 0});
}

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

// Lays the keys of `over` over those of `under`; only [config] is merged key by key.
void lay_over(value& under, const value& over) {
  for (const auto& [key, entry] : *over.entries()) {
    value& below = std::get<table>(under.data)[key];
    const bool both_tables = below.entries() != nullptr && entry.entries() != nullptr;
    if (key == "config" && both_tables) {
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
  for (const value& one : *items) {
    const table* entries = one.entries();
    const value* name = nullptr;
    if (entries != nullptr && entries->contains("name")) name = &entries->find("name")->second;
    if (name == nullptr || name->text() == nullptr) {
      found.push_back({base::severity::error, one.where, "a [[task]] has no name", {}});
      continue;
    }
    if (value* task = find_task(merged, *name->text())) {
      lay_over(*task, one);
      continue;
    }
    const std::string near = base::nearest(*name->text(), library.tasks);
    found.push_back(
        {base::severity::error, name->where,
         fmt::format("the topology library {} has no task '{}'", library.library, *name->text()),
         near.empty() ? std::string{} : fmt::format("did you mean '{}'?", near)});
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

void override_one(value& merged, const override_value& given, base::problems& found) {
  const std::string origin = "--set " + given.key;
  const auto fail = [&](std::string text, std::string hint) {
    found.push_back({base::severity::error, {origin, 0, 0}, std::move(text), std::move(hint)});
  };
  if (given.key.empty() || given.key.front() == '.' || given.key.back() == '.' ||
      given.key.find("..") != std::string::npos) {
    return fail("is not a key", "write KEY=VALUE, as in --set topology.msg_timeout=5s");
  }
  if (!given.key.starts_with("task.")) {
    return set_path(merged, given.key, plain_value(given.value, origin));
  }
  const std::size_t name_end = given.key.find('.', 5);
  if (name_end == std::string::npos) {
    return fail("names a task but no key of it", "write task.NAME.KEY=VALUE");
  }
  const std::string name = given.key.substr(5, name_end - 5);
  value* task = find_task(merged, name);
  if (task == nullptr) return fail(fmt::format("there is no task '{}'", name), {});
  set_path(*task, std::string_view(given.key).substr(name_end + 1),
           plain_value(given.value, origin));
}

} // namespace

value merge_layers(const document& parsed, const library_topology* library,
                   const std::vector<override_value>& overrides, base::problems& found) {
  value merged = parsed.root;
  if (library != nullptr) {
    merged = from_library(*library);
    overlay_file(merged, parsed, *library, found);
  }
  for (const override_value& one : overrides) override_one(merged, one, found);
  return merged;
}

} // namespace tempest::config
