// A process that may have few files open.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

namespace tempest::test {

class few_descriptors {
 public:
  explicit few_descriptors(rlim_t files) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now{files, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~few_descriptors() {
    free();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;

  // Others take all that are left; how many those were.
  std::size_t use_up() {
    for (int fd = ::dup(STDIN_FILENO); fd >= 0; fd = ::dup(STDIN_FILENO)) used_.push_back(fd);
    return used_.size();
  }
  void free() {
    for (const int fd : used_) ::close(fd);
    used_.clear();
  }

 private:
  rlimit before_{};
  std::vector<int> used_;
};

} // namespace tempest::test
