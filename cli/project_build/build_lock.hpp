// One build at a time: two that configure or build in one folder break each other.
#pragma once

#include <string>

namespace tempest::cli {

// Holds PROJECT/build, the folder itself, so that no file is left behind; the kernel lets go of it
// when the process dies, however it dies.
class build_lock {
 public:
  // Makes the folder when it is missing, and waits while another process builds there, which it
  // says once on standard error. Throws base::failure(io) when the folder cannot be had. Where the
  // file system knows no locks it holds nothing.
  explicit build_lock(const std::string& project);
  ~build_lock();
  build_lock(const build_lock&) = delete;
  build_lock& operator=(const build_lock&) = delete;

 private:
  int folder_ = -1;
};

} // namespace tempest::cli
