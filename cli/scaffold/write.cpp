#include "cli/scaffold/write.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "runtime/base/error.hpp"

namespace tempest::cli::scaffold {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw base::failure(base::exit_code::io,
                      fmt::format("cannot write {}: {}", path.string(), reason));
}

} // namespace

std::vector<std::string> existing(const std::string& folder, const std::vector<file>& files) {
  std::vector<std::string> found;
  std::error_code error;
  for (const file& one : files) {
    if (fs::exists(fs::symlink_status(fs::path(folder) / one.path, error)))
      found.push_back(one.path);
  }
  return found;
}

void write(const std::string& folder, const std::vector<file>& files) {
  for (const file& one : files) {
    const fs::path path = fs::path(folder) / one.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) fail(path.parent_path(), error.message());
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream << one.content;
    stream.close();
    if (!stream) fail(path, std::strerror(errno));
  }
}

} // namespace tempest::cli::scaffold
