#include "runtime/config/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/edit_distance.hpp"
#include "runtime/config/policy_reader.hpp"
#include "runtime/config/value_edit.hpp"

namespace tempest::config {
namespace {

const std::string origin_word = "--set "; // the "file" of what comes from the command line

bool is_path(const std::string& key) {
  constexpr std::ptrdiff_t most_parts = 32; // each part is a table inside the last
  return !key.empty() && key.front() != '.' && key.back() != '.' &&
         key.find("..") == std::string::npos &&
         std::count(key.begin(), key.end(), '.') < most_parts;
}

void override_one(value& merged, const override_value& given, base::problems& found) {
  const auto fail = [&](std::string text, std::string hint) {
    found.push_back(
        {base::severity::error, {origin_word + given.key, 0, 0}, std::move(text), std::move(hint)});
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
  fail(fmt::format("there is no task '{}'", wanted), base::did_you_mean(wanted, names));
}

// The value under `key`; nullptr when `home` is no table or has none.
value* entry_of(value* home, std::string_view key) {
  auto* const entries = home == nullptr ? nullptr : std::get_if<table>(&home->data);
  if (entries == nullptr) return nullptr;
  const auto at = entries->find(key);
  return at == entries->end() ? nullptr : &at->second;
}

bool is_from_command_line(const value& one) {
  return one.where.file.starts_with(origin_word);
}

// A type from the command line takes the file's keys along that only retrying knows. Those that the
// command line gave itself stay, to be refused by name.
void drop_what_only_retrying_knows(value* policy, const value* type) {
  auto* const entries = policy == nullptr ? nullptr : std::get_if<table>(&policy->data);
  if (entries == nullptr || type == nullptr || !is_from_command_line(*type)) return;
  if (type->text() == nullptr || *type->text() == "retry") return;
  for (const char* key : retry_keys) {
    const auto at = entries->find(key);
    if (at != entries->end() && !is_from_command_line(at->second)) entries->erase(at);
  }
}

} // namespace

void apply_overrides(value& merged, const std::vector<override_value>& overrides,
                     base::problems& found) {
  for (const override_value& one : overrides) override_one(merged, one, found);
  value* const policy = entry_of(entry_of(&merged, "topology"), "failure_policy");
  const value* const type = entry_of(policy, "type");
  drop_what_only_retrying_knows(policy, type);
  value* const tasks = entry_of(&merged, "task");
  auto* const items = tasks == nullptr ? nullptr : std::get_if<array>(&tasks->data);
  if (items == nullptr) return;
  for (value& task : *items) {
    value* const own = entry_of(&task, "failure_policy");
    const value* const own_type = entry_of(own, "type");
    drop_what_only_retrying_knows(own, own_type != nullptr ? own_type : type);
  }
}

value override_as_value(const override_value& given) {
  const std::string origin = origin_word + given.key;
  value made = plain_value(given.value, origin);
  if (made.text() == nullptr && made.items() == nullptr && made.entries() == nullptr) {
    made.written = given.value;
  }
  return made;
}

} // namespace tempest::config
