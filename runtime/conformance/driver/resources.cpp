#include "runtime/conformance/driver/resources.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>

// Of a sanitizer, whose malloc tells nothing to mallinfo2.
extern "C" __attribute__((weak)) std::size_t __sanitizer_get_current_allocated_bytes();

namespace tempest::conformance {
namespace {

std::int64_t microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

} // namespace

std::size_t heap_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

nlohmann::json resources() {
  namespace fs = std::filesystem;
  int threads = 0;
  for ([[maybe_unused]] const auto& one : fs::directory_iterator("/proc/self/task")) ++threads;
  int descriptors = 0;
  int sockets = 0;
  for (const auto& one : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string to = fs::read_symlink(one.path(), error).string();
    if (error) continue; // that of this search
    ++descriptors;
    if (to.starts_with("socket:")) ++sockets;
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return {{"threads", threads},
          {"descriptors", descriptors},
          {"sockets", sockets},
          {"heap", heap_bytes()},
          {"cpu_us", microseconds(used.ru_utime) + microseconds(used.ru_stime)}};
}

} // namespace tempest::conformance
