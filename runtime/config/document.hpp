// A parsed Topology.toml, not interpreted yet: its libraries have to be known before that.
#pragma once

#include <string>

#include "runtime/base/error.hpp"
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

} // namespace tempest::config
