// The templates that came with Tempest, read from their folder.
#pragma once

#include <string>
#include <vector>

#include "cli/scaffold/manifest.hpp"

namespace tempest::cli::scaffold {

// Names of the templates in `folder`, sorted: each folder there with a template.toml. Throws
// base::failure(no_input) when `folder` is not there.
[[nodiscard]] std::vector<std::string> template_names(const std::string& folder);

// Reads one with all its files, and those of `folder`/common that it has no own of. Throws
// base::failure: no_input when there is none of that name (with the nearest), internal when its
// template.toml is broken.
[[nodiscard]] manifest read_template(const std::string& folder, const std::string& name);

} // namespace tempest::cli::scaffold
