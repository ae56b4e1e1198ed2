// Building and changing values that stand for a file: what the layers below and above it need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/value.hpp"

namespace tempest::config {

[[nodiscard]] value make_text(std::string text, const base::location& where);
[[nodiscard]] value make_table(const base::location& where);

// The keys of `one`, which becomes an empty table when it is none.
[[nodiscard]] table& entries_of(value& one, const base::location& where);

// Sets a value deep inside, making the tables on the way: "config.separator".
void set_path(value& root, std::string_view path, value given);

// The table of [[task]] with that name; nullptr when there is none.
[[nodiscard]] value* find_task(value& root, const std::string& name);

// The names of all [[task]]s that have one, in their order.
[[nodiscard]] std::vector<std::string> task_names(const value& root);

// `text` as a TOML value, or as a string where it is none.
[[nodiscard]] value plain_value(const std::string& text, const std::string& origin);

} // namespace tempest::config
