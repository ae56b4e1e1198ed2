#include "runtime/config/value_edit.hpp"

#include <utility>

#include "runtime/config/toml_parse.hpp"

namespace tempest::config {

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

} // namespace tempest::config
