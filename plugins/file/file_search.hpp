// Where a file is now that is known by its inode and how it begins.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugins/file/file_identity.hpp"

namespace file_lines {

// At `path`, or moved to another name in that folder; nothing: it is not there, or begins
// otherwise.
[[nodiscard]] std::optional<std::string> where_is(const std::string& path, std::uint64_t inode,
                                                  const fingerprint& print);

} // namespace file_lines
