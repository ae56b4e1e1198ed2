// A broker in a folder, for plugins that are made to be wrong: messages come as lines of the file
// `in`, and what became of them stands in the file `state`, changed under a lock by one process at
// a time.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <fstream>
#include <string>

namespace toys {

struct entry {
  std::streamoff begin = 0; // of its line, in the file `in`
  std::size_t length = 0;
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

// Opened for one step; what was changed is written when it goes. A message has the same place as
// long as it is there; those that are gone are forgotten from the first on, so that a step takes as
// long as there are messages.
class queue {
 public:
  explicit queue(const std::string& folder)
      : folder_(folder),
        lock_(::open((folder + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)),
        lines_(folder + "/in") {
    ::flock(lock_, LOCK_EX);
    std::ifstream state(folder_ + "/state");
    state >> first_ >> read_;
    entry one;
    while (state >> one.begin >> one.length >> one.owner >> one.until_ms >> one.gone >>
           one.deliveries >> one.failures) {
      entries_.push_back(one);
    }
    lines_.seekg(read_);
    for (std::string line; std::getline(lines_, line) && !lines_.eof(); changed = true) {
      entries_.push_back({.begin = read_, .length = line.size()});
      read_ += static_cast<std::streamoff>(line.size()) + 1;
    }
  }
  ~queue() {
    if (changed) write();
    ::close(lock_);
  }
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;

  [[nodiscard]] std::size_t begin() const { return first_; }
  [[nodiscard]] std::size_t end() const { return first_ + entries_.size(); }
  [[nodiscard]] entry& at(std::size_t place) {
    return place < first_ ? forgotten_ : entries_[place - first_];
  }
  [[nodiscard]] std::string payload(std::size_t place) {
    std::string made(at(place).length, '\0');
    lines_.clear();
    lines_.seekg(at(place).begin);
    lines_.read(made.data(), static_cast<std::streamsize>(made.size()));
    return made;
  }

  bool changed = false;

 private:
  void write() {
    for (; !entries_.empty() && entries_.front().gone; ++first_) entries_.pop_front();
    std::ofstream state(folder_ + "/state");
    state << first_ << ' ' << read_ << '\n';
    for (const entry& one : entries_) {
      state << one.begin << ' ' << one.length << ' ' << one.owner << ' ' << one.until_ms << ' '
            << one.gone << ' ' << one.deliveries << ' ' << one.failures << '\n';
    }
  }

  std::string folder_;
  int lock_;
  std::ifstream lines_;
  std::size_t first_ = 0;
  std::streamoff read_ = 0; // of the file `in`
  std::deque<entry> entries_;
  entry forgotten_{.gone = true};
};

} // namespace toys
