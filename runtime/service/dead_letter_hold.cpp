#include "runtime/service/dead_letter_hold.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "runtime/config/plugin_file.hpp"

namespace tempest::service {
namespace {

namespace fs = std::filesystem;
using base::exit_code;
using base::failure;

// Empty: the letters are in no file, or there are none.
std::string store_file(const config::settings& settings) {
  if (!settings.dead_letter) return {};
  const std::string told = config::plugin_file(*settings.dead_letter);
  if (told.empty()) return {};
  std::error_code error;
  const fs::path file = fs::canonical(fs::path(settings.folder) / told, error);
  return error || !fs::is_regular_file(file, error) ? std::string{} : file.string();
}

bool is_at(int fd, const std::string& path) {
  struct stat ours {};
  struct stat there {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

std::string holder(int fd) {
  std::array<char, 400> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : "another process";
}

std::string ourselves(const std::string& verb) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {};
  return fmt::format("`tempest dead-letters {}`, process {} on {}", verb, ::getpid(), host.data());
}

} // namespace

dead_letter_hold::dead_letter_hold(const config::settings& settings, const std::string& verb) {
  const std::string store = store_file(settings);
  if (store.empty()) return;
  path_ = store + ".lock";
  while (!take(store)) {
  }
  const std::string text = ourselves(verb);
  // Only words: who reads none of them says "another process".
  if (::ftruncate(fd_, 0) == 0) {
    [[maybe_unused]] const ssize_t said = ::pwrite(fd_, text.data(), text.size(), 0);
  }
}

dead_letter_hold::~dead_letter_hold() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str()); // before others can have it
  ::close(fd_);
}

bool dead_letter_hold::take(const std::string& store) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd_ < 0) {
    throw failure(exit_code::io, fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  }
  int refused = 0;
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0 && (refused = errno) == EINTR) refused = 0;
  if (refused == EWOULDBLOCK) {
    const std::string who = holder(fd_);
    ::close(fd_);
    throw failure(exit_code::unavailable,
                  fmt::format("the dead letters in {} are in use by {}; run this again when it has "
                              "ended",
                              store, who));
  }
  if (refused != 0 || is_at(fd_, path_)) return true;
  ::close(fd_);
  return false;
}

} // namespace tempest::service
