#include "runtime/conformance/driver/resources.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

// Of a sanitizer, whose malloc tells nothing to mallinfo2.
extern "C" __attribute__((weak)) std::size_t __sanitizer_get_current_allocated_bytes();

namespace tempest::conformance {
namespace {

std::int64_t microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

// What the thread of that folder of /proc has run and waited to run.
struct thread_times {
  std::int64_t run_ns = 0;
  std::int64_t wait_ns = 0;
};

thread_times times_of(const std::filesystem::path& task) {
  std::ifstream file(task / "schedstat");
  thread_times made;
  file >> made.run_ns >> made.wait_ns;
  return made;
}

// The parent of that process; -1: it has gone meanwhile.
pid_t parent_of(const std::filesystem::path& process) {
  std::ifstream file(process / "stat");
  std::string line;
  std::getline(file, line);
  const std::size_t behind_name = line.rfind(')');
  if (behind_name == std::string::npos) return -1;
  std::istringstream rest(line.substr(behind_name + 1));
  char state = 0;
  pid_t parent = -1;
  rest >> state >> parent;
  return parent;
}

int children() {
  int count = 0;
  for (const auto& one : std::filesystem::directory_iterator("/proc")) {
    const std::string name = one.path().filename();
    const bool is_process = name.find_first_not_of("0123456789") == std::string::npos;
    if (is_process && parent_of(one.path()) == ::getpid()) ++count;
  }
  return count;
}

} // namespace

std::size_t heap_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

std::int64_t held_up_ns() {
  std::int64_t made = 0;
  for (const auto& one : std::filesystem::directory_iterator("/proc/self/task")) {
    made += times_of(one.path()).wait_ns;
  }
  return made;
}

nlohmann::json resources() {
  namespace fs = std::filesystem;
  int threads = 0;
  std::int64_t wanted = 0;
  for (const auto& one : fs::directory_iterator("/proc/self/task")) {
    ++threads;
    const thread_times times = times_of(one.path());
    wanted += (times.run_ns + times.wait_ns) / 1000;
  }
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
          {"processes", children()},
          {"descriptors", descriptors},
          {"sockets", sockets},
          {"heap", heap_bytes()},
          {"wanted_us", wanted},
          {"cpu_us", microseconds(used.ru_utime) + microseconds(used.ru_stime)}};
}

} // namespace tempest::conformance
