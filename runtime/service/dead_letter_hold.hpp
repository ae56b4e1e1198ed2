// One at a time: two that put the letters of one file back would each put back all of them.
#pragma once

#include <string>

#include "runtime/config/settings.hpp"

namespace tempest::service {

// Holds the file that [dead_letter.config] names by `path`, by a lock on a file beside it,
// PATH.lock, which is gone afterwards; the kernel lets go of the lock when the process dies,
// however it dies. Holds nothing where there is no such file: a broker keeps its own order. Nor
// does it where the file system knows no locks.
class dead_letter_hold {
 public:
  // `verb` is what the others are told. Throws base::failure(unavailable), naming who holds it, and
  // base::failure(io).
  dead_letter_hold(const config::settings& settings, const std::string& verb);
  ~dead_letter_hold();
  dead_letter_hold(const dead_letter_hold&) = delete;
  dead_letter_hold& operator=(const dead_letter_hold&) = delete;

 private:
  // False: who held it has just removed it.
  [[nodiscard]] bool take(const std::string& store);

  std::string path_;
  int fd_ = -1;
};

} // namespace tempest::service
