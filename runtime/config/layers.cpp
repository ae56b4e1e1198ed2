#include "runtime/config/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
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
  auto& top = std::get<table>(root.data);
  const auto tasks = top.find("task");
  auto* items = tasks == top.end() ? nullptr : std::get_if<array>(&tasks->second.data);
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

std::vector<std::string> task_names(const value& root) {
  std::vector<std::string> names;
  const auto tasks = root.entries()->find("task");
  if (tasks == root.entries()->end() || tasks->second.items() == nullptr) return names;
  for (const value& one : *tasks->second.items()) {
    if (one.entries() == nullptr) continue;
    const auto name = one.entries()->find("name");
    if (name == one.entries()->end() || name->second.text() == nullptr) continue;
    names.push_back(*name->second.text());
  }
  return names;
}

bool is_path(const std::string& key) {
  constexpr std::ptrdiff_t most_parts = 32; // each part is a table inside the last
  return !key.empty() && key.front() != '.' && key.back() != '.' &&
         key.find("..") == std::string::npos &&
         std::count(key.begin(), key.end(), '.') < most_parts;
}

void override_one(value& merged, const override_value& given, base::problems& found) {
  const auto fail = [&](std::string text, std::string hint) {
    found.push_back(
        {base::severity::error, {"--set " + given.key, 0, 0}, std::move(text), std::move(hint)});
  };
  if (!is_path(given.key)) {
    return fail("this is not a key", "write KEY=VALUE, as in --set topology.msg_timeout=5s");
  }
  const std::string_view key = given.key;
  if (key == "task" || key == "edge" || key.starts_with("edge.")) {
    return fail("the pipeline itself cannot be set from the command line",
                "change the file; keys of a task are task.NAME.KEY=VALUE");
  }
  if (!key.starts_with("task.")) return set_path(merged, key, override_as_value(given));

  const std::vector<std::string> names = task_names(merged);
  const std::string* name = nullptr; // the longest that fits: a name may hold dots
  for (const std::string& one : names) {
    const bool fits = key.substr(5).starts_with(one + ".");
    if (fits && (name == nullptr || one.size() > name->size())) name = &one;
  }
  if (name != nullptr) {
    return set_path(*find_task(merged, *name), key.substr(5 + name->size() + 1),
                    override_as_value(given));
  }
  const std::string wanted(key.substr(5, key.find('.', 5) - 5));
  if (std::find(names.begin(), names.end(), wanted) != names.end()) {
    return fail("it names a task but no key of it", "write task.NAME.KEY=VALUE");
  }
  const std::string near = base::nearest(wanted, names);
  fail(fmt::format("there is no task '{}'", wanted),
       near.empty() ? std::string{} : fmt::format("did you mean '{}'?", near));
}

} // namespace

value override_as_value(const override_value& given) {
  const std::string origin = "--set " + given.key;
  value made = plain_value(given.value, origin);
  if (made.text() == nullptr && made.items() == nullptr && made.entries() == nullptr) {
    made.written = given.value;
  }
  return made;
}

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
