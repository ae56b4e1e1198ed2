// Files that processes of one kind on a host share out among themselves.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tempest::service {

struct numbered_lock {
  std::filesystem::path path;
  int fd = -1; // open for reading and writing, and locked as long as it is
  unsigned number = 0;
};

// Locks `folder`/`topology`.N.`kind` for the lowest N that is free, and makes what is missing of
// it. The system frees it when the process ends, however it does. Throws base::failure(io).
[[nodiscard]] numbered_lock take_number(const std::filesystem::path& folder, std::string topology,
                                        std::string_view kind);

} // namespace tempest::service
