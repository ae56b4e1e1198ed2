// Reads a text as Topology.toml and gives the settings with what was found.
#pragma once

#include <gmock/gmock.h>

#include <cstring>
#include <string>
#include <vector>

#include "runtime/config/document.hpp"
#include "runtime/config/interpret.hpp"
#include "runtime/config/library_topology.hpp"
#include "runtime/config/overrides.hpp"

namespace tempest::config {

struct reading {
  settings made;
  std::vector<std::string> found; // the lines as people see them
};

// The environment of the tests.
inline const char* test_environment(const char* name) {
  if (std::strcmp(name, "FOUR") == 0) return "4";
  if (std::strcmp(name, "HOST") == 0) return "redis";
  if (std::strcmp(name, "TRICKY") == 0) return "${FOUR} $$ $";
  if (std::strcmp(name, "EMPTY") == 0) return "";
  return nullptr;
}

inline reading read(const std::string& text, const std::vector<override_value>& overrides = {},
                    const library_topology* library = nullptr) {
  base::problems found;
  const document parsed = parse_text(text, "T.toml", "/app", found, &test_environment);
  reading result;
  result.made = interpret(parsed, library, overrides, found);
  for (const base::problem& one : found) result.found.push_back(one.line());
  return result;
}

// A whole file around `extra`, which goes to its top level (so it may begin with plain keys).
inline std::string whole(const std::string& extra) {
  return extra + "\n[source]\ntype = \"mock\"\n[[task]]\nname = \"only\"\n";
}

} // namespace tempest::config
