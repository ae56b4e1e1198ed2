#include "plugins/redis/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace redis {

namespace {

constexpr unsigned most_instances = 10000;

[[noreturn]] void refuse(const std::filesystem::path& where, int code) {
  throw std::runtime_error("cannot lock " + where.string() + ": " +
                           std::generic_category().message(code) +
                           "; set `state_folder` to a folder that can be written, or `consumer` "
                           "to a name that only this process uses");
}

// Whoever made the file may have ended before this was written: then it is drawn now. Returns
// nothing, and errno says why, when it cannot be written.
std::string id_in(int fd) {
  std::string id(8, '\0');
  const auto is_hex_digit = [](char one) {
    return std::isxdigit(static_cast<unsigned char>(one)) != 0;
  };
  if (::pread(fd, id.data(), id.size(), 0) == static_cast<::ssize_t>(id.size()) &&
      std::all_of(id.begin(), id.end(), is_hex_digit)) {
    return id;
  }
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", std::random_device()());
  id = digits.data();
  errno = ENOSPC; // what a write that ends early does not say
  return ::pwrite(fd, id.data(), id.size(), 0) == static_cast<::ssize_t>(id.size()) ? id : "";
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

} // namespace

instance_number::~instance_number() {
  if (fd_ >= 0) ::close(fd_);
}

instance_number::instance_number(instance_number&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), value_(other.value_), id_(std::move(other.id_)) {}

instance_number& instance_number::operator=(instance_number&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(value_, other.value_);
  std::swap(id_, other.id_);
  return *this;
}

instance_number instance_number::take(const std::filesystem::path& folder,
                                      const std::string& name) {
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  if (made) refuse(folder, made.value());
  for (unsigned number = 0; number < most_instances; ++number) {
    const std::filesystem::path file = folder / (name + "." + std::to_string(number) + ".lock");
    instance_number taken;
    taken.fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (taken.fd_ < 0) refuse(file, errno);
    if (::flock(taken.fd_, LOCK_EX | LOCK_NB) == 0) {
      taken.value_ = number;
      taken.id_ = id_in(taken.fd_);
      if (taken.id_.empty()) refuse(file, errno);
      return taken;
    }
    if (errno != EWOULDBLOCK) refuse(file, errno);
  }
  throw std::runtime_error("all " + std::to_string(most_instances) + " lock files in " +
                           folder.string() + " are taken");
}

std::string instance_number::name() const {
  return host_name() + ":" + std::to_string(value_) + "-" + id_;
}

std::filesystem::path state_folder() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::filesystem::path(state) / "tempest";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".local" / "state" / "tempest";
  }
  throw std::runtime_error(
      "neither XDG_STATE_HOME nor HOME is set; set `state_folder` or `consumer`");
}

std::string lock_name(std::string_view source, std::string_view topology,
                      std::initializer_list<std::string> parts) {
  std::uint64_t hash = 14695981039346656037U; // FNV-1a
  for (const std::string& part : parts) {
    for (const char byte : part) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
    hash = (hash ^ 0xFFU) * 1099511628211U; // between two parts
  }
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return std::string(source) + "-" + file_name_of(std::string(topology)) + "-" + digits;
}

std::string file_name_of(const std::string& text) {
  std::string safe = text;
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) c = '_';
  }
  return safe;
}

} // namespace redis
