// Puts rendered files into a folder.
#pragma once

#include <string>
#include <vector>

#include "cli/scaffold/manifest.hpp"

namespace tempest::cli::scaffold {

// Those of `files` that already exist below `folder`.
[[nodiscard]] std::vector<std::string> existing(const std::string& folder,
                                                const std::vector<file>& files);

// Writes all, making folders as needed. Throws base::failure(io) with the file and the reason.
void write(const std::string& folder, const std::vector<file>& files);

} // namespace tempest::cli::scaffold
