// From a template and values to the files of a project. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/scaffold/manifest.hpp"

namespace tempest::cli::scaffold {

// Replaces each {{name}} in paths and contents. `given` lays itself over the defaults; `builtin` is
// what the command knows itself (name, identifier, ...). Throws base::failure: usage for a value
// that is not one of the template's or that cannot stand in a quoted string, internal for a
// placeholder that nothing defines.
[[nodiscard]] std::vector<file> render(const manifest& from, const values& builtin,
                                       const values& given);

// Why `name` cannot be a project's name; empty when it can.
[[nodiscard]] std::string wrong_name(std::string_view name);

// The name as a C++ identifier: my-shop -> my_shop.
[[nodiscard]] std::string identifier_of(std::string_view name);

} // namespace tempest::cli::scaffold
