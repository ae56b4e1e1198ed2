// Paths with wildcards, and the files that they stand for.
#pragma once

#include <string>
#include <vector>

namespace file_lines {

// Whether `path` has a wildcard of glob(7) that no backslash takes away, and is not the name of a
// file as it stands.
[[nodiscard]] bool is_pattern(const std::string& path);

// The regular files, or links to some, that match, sorted by their bytes. Folders that may not be
// read hold none. Throws too_many_open.
[[nodiscard]] std::vector<std::string> files_matching(const std::string& pattern);

// The folder in which `path` lies; "." when it names none. May be a pattern itself.
[[nodiscard]] std::string folder_of(const std::string& path);

} // namespace file_lines
