#include "cli/places/installation.hpp"

#include <filesystem>

#include "runtime/base/error.hpp"

namespace tempest::cli {

installation own_installation() {
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    throw base::failure(base::exit_code::internal,
                        "cannot find the own executable (/proc/self/exe): " + error.message());
  }
  const auto prefix = executable.parent_path().parent_path();
  return {executable.string(), prefix.string(), (prefix / "share/tempest/templates").string()};
}

} // namespace tempest::cli
