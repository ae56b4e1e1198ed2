// Files that belong to a topology: what a command writes for a user must not take their place.
#pragma once

#include <string>

#include "runtime/config/settings.hpp"

namespace tempest::cli {

// `path`, from the current folder, is where a command is about to write a file of its own. Throws
// base::failure(would_overwrite) when the topology has that file: Topology.toml, a library, what
// TLS needs, or what an option of a source, a sink, a task or the dead letters leads to, be it by
// another path, a symbolic or a hard link. An option leads to a file when its name says path or
// file, or its value has a slash.
void refuse_file_of_topology(const std::string& path, const config::settings& settings);

} // namespace tempest::cli
