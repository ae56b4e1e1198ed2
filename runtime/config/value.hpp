// A value of Topology.toml with the place where it stands: what is left of a TOML file once it is
// parsed, so that no room above this one needs the parser.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "runtime/base/error.hpp"

namespace tempest::config {

struct value;
using array = std::vector<value>;
using table = std::map<std::string, value, std::less<>>;

// Dates and times of TOML are strings here. `where` of a table entry is the place of its key.
struct value {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, array, table> data;
  base::location where;
  // The string is one ${NAME} expansion: a wholly numeric one counts as a number.
  bool expanded = false;
  // A number or boolean of the command line as it was written there: where a string is expected, it
  // is one (--set source.config.key=007).
  std::string written;

  // nullptr when it is no string.
  [[nodiscard]] const std::string* text() const {
    if (const auto* string = std::get_if<std::string>(&data)) return string;
    return written.empty() ? nullptr : &written;
  }
  // What stands there could not be told (an unset variable), and that was said: not to be read.
  [[nodiscard]] bool untold() const { return std::holds_alternative<std::monostate>(data); }
  [[nodiscard]] const table* entries() const { return std::get_if<table>(&data); }
  [[nodiscard]] const array* items() const { return std::get_if<array>(&data); }
  // "a string", "a table", ...
  [[nodiscard]] const char* type_name() const;
};

} // namespace tempest::config
