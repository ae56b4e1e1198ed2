#include "cli/project_build/build_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/output/print.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

[[noreturn]] void fail(const std::string& folder, const std::string& reason) {
  throw base::failure(base::exit_code::io, fmt::format("cannot make {}: {}", folder, reason));
}

} // namespace

build_lock::build_lock(const std::string& project) {
  const std::string folder = (std::filesystem::path(project) / "build").string();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(folder, error.message());
  // Not inherited: what the compiler may leave running in the background must not hold it.
  folder_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) fail(folder, std::strerror(errno));
  if (::flock(folder_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  say(fmt::format("another build is running in {}; waiting for it to end", folder));
  while (::flock(folder_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

build_lock::~build_lock() {
  ::close(folder_);
}

} // namespace tempest::cli
