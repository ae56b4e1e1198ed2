#include "runtime/service/instance_name.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "runtime/service/numbered_lock.hpp"

namespace tempest::service {
namespace {

std::string host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

} // namespace

instance_name::instance_name(const std::filesystem::path& folder, const std::string& topology) {
  const numbered_lock taken = take_number(folder, topology, "instance");
  fd_ = taken.fd;
  text_ = fmt::format("{}-{}", host(), taken.number);
}

instance_name::~instance_name() {
  ::close(fd_);
}

std::string passing_name() {
  return fmt::format("{}:{}", host(), ::getpid());
}

} // namespace tempest::service
