// A broker in a folder, for plugins that are made to be wrong: messages come as lines of the file
// `in`, and what became of them stands in the file `state`, changed under a lock by one process at
// a time.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace toys {

struct entry {
  std::string payload;
  std::uint64_t owner = 0; // 0: nobody has it
  std::int64_t until_ms = 0;
  bool gone = false; // acknowledged
  std::uint32_t deliveries = 0;
  std::uint32_t failures = 0;
};

inline std::int64_t now_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

// Opened for one step; what was changed is written when it goes.
class queue {
 public:
  explicit queue(const std::string& folder)
      : folder_(folder),
        lock_(::open((folder + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    ::flock(lock_, LOCK_EX);
    std::ifstream state(folder_ + "/state");
    entry one;
    while (state >> one.payload >> one.owner >> one.until_ms >> one.gone >> one.deliveries >>
           one.failures) {
      entries.push_back(one);
    }
    std::ifstream lines(folder_ + "/in");
    std::string line;
    for (std::size_t number = 0; std::getline(lines, line); ++number) {
      if (number >= entries.size()) entries.push_back({.payload = line});
    }
  }
  ~queue() {
    if (changed) {
      std::ofstream state(folder_ + "/state");
      for (const entry& one : entries) {
        state << one.payload << ' ' << one.owner << ' ' << one.until_ms << ' ' << one.gone << ' '
              << one.deliveries << ' ' << one.failures << '\n';
      }
    }
    ::close(lock_);
  }
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;

  std::vector<entry> entries;
  bool changed = false;

 private:
  std::string folder_;
  int lock_;
};

} // namespace toys
