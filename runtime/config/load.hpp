// From Topology.toml to settings, in two steps, because the file names the topology library whose
// pipeline completes it.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/settings.hpp"
#include "runtime/config/value.hpp"

namespace tempest::config {

// A parsed file: values with their places, ${NAME} expanded, nothing interpreted yet.
struct document {
  std::string file;        // as named by the user
  std::string folder;      // absolute
  value root;              // a table
  bool well_formed = true; // false: a syntax error, which was reported; `root` is empty
};

// Reads the environment: nullptr when the variable is unset. Tests pass their own.
using environment = const char* (*)(const char* name);

// Parses a file or text. What is wrong is appended to `found` (syntax errors with the parser's
// place; several unset variables at once); the document is usable only when that holds no error. A
// missing or unreadable file throws base::failure(no_input).
[[nodiscard]] document parse_file(const std::string& path, base::problems& found,
                                  environment getenv_function = nullptr);
[[nodiscard]] document parse_text(const std::string& text, const std::string& file,
                                  const std::string& folder, base::problems& found,
                                  environment getenv_function = nullptr);

// `path` as seen from `folder`.
[[nodiscard]] std::string absolute_path(const std::string& folder, const std::string& path);

// The pipeline that a topology library declares (TEMPEST_KIND_TOPOLOGY), in its order.
struct library_topology {
  struct setting {
    std::string task; // empty: a key of [topology]
    std::string key;  // dots reach into tables
    std::string toml; // the value as it would stand in the file
  };
  std::string name;
  std::string library; // absolute path
  std::vector<std::string> tasks;
  std::vector<std::pair<std::string, std::string>> edges;
  std::vector<setting> settings;
};

// `--set key=value` of the command line: `topology.msg_timeout=5s`, `task.NAME.workers=2`,
// `source.config.key=x`. The value is TOML where it parses as such, else a string.
struct override_value {
  std::string key;
  std::string value;
};

// [topology] library as an absolute path, or empty.
[[nodiscard]] std::string topology_library(const document& parsed,
                                           const std::vector<override_value>& overrides = {});

// All libraries that the file or the command line names, as absolute paths, each once, the
// topology's first: where to look for plugins before anything is interpreted.
[[nodiscard]] std::vector<std::string> named_libraries(
    const document& parsed, const std::vector<override_value>& overrides = {});

// Interprets, validates and merges: command line > file > topology library > default. All problems
// are reported at once. `library` is nullptr when the file names none.
[[nodiscard]] settings interpret(const document& parsed, const library_topology* library,
                                 const std::vector<override_value>& overrides,
                                 base::problems& found);

} // namespace tempest::config
