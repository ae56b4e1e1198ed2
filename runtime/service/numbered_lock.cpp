#include "runtime/service/numbered_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "runtime/base/error.hpp"

namespace tempest::service {
namespace {

constexpr unsigned most_instances = 10'000;

[[noreturn]] void refuse_lock(const std::filesystem::path& where, int code) {
  throw base::failure(base::exit_code::io,
                      fmt::format("{}: {}", where.string(), std::generic_category().message(code)));
}

std::string file_name_of(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    if (!plain) c = '_';
  }
  return text;
}

} // namespace

numbered_lock take_number(const std::filesystem::path& folder, std::string topology,
                          std::string_view kind) {
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  if (made) refuse_lock(folder, made.value());
  const std::string name = file_name_of(std::move(topology));
  numbered_lock taken;
  for (; taken.number < most_instances; ++taken.number) {
    taken.path = folder / fmt::format("{}.{}.{}", name, taken.number, kind);
    taken.fd = ::open(taken.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (taken.fd < 0) refuse_lock(taken.path, errno);
    if (::flock(taken.fd, LOCK_EX | LOCK_NB) == 0) return taken;
    const int why = errno;
    ::close(taken.fd);
    if (why != EWOULDBLOCK) refuse_lock(taken.path, why);
  }
  refuse_lock(taken.path, EBUSY);
}

} // namespace tempest::service
