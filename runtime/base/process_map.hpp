// The files that are mapped into this process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tempest::base {

// As /proc/self/maps tells, since the dynamic linker's list has a lock that a thread which hangs
// may hold. Not thread-safe; does not change later.
class process_map {
 public:
  // An address as distance from where its file begins in memory. A file that was removed or
  // replaced since has " (deleted)" behind its name.
  struct place {
    std::string file;
    std::uintptr_t offset = 0;
  };

  process_map();

  // Nothing for memory without a file.
  [[nodiscard]] std::optional<place> find(const void* address) const;

 private:
  struct range {
    std::uintptr_t start;
    std::uintptr_t end;
    std::uintptr_t file_start;
    std::string file;
  };
  std::vector<range> ranges_;
};

} // namespace tempest::base
