// Remembers which libraries loaded well in the probe, so that each is probed once. Only good
// verdicts are kept: a bad one may come from outside the file (a library that it needs, a full
// disk), and must not outlive its cause.
#pragma once

#include <string>

namespace tempest::plugin {

class probe_cache {
 public:
  // folder: empty = nothing is remembered. Verdicts of another `program` do not count.
  probe_cache(const std::string& folder, const std::string& program, const std::string& library);

  // Whether this very file (device, inode, size, time of change) is known to load well. A cache
  // that cannot be read, or holds anything else, is ignored.
  [[nodiscard]] bool knows() const;
  // Best effort and atomic: what cannot be kept is probed again next time.
  void keep() const;

 private:
  std::string file_; // one a path, so that rebuilding a plugin does not fill the folder
  std::string line_; // what it holds when the verdict is good; empty = nothing is remembered
};

} // namespace tempest::plugin
