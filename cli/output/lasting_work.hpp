// How far work is that may last: it never leaves people without a word for long.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/output/progress.hpp"

namespace tempest::cli {

// On a terminal one line that draws over itself, elsewhere a line on standard error every ten
// seconds. One thread.
class lasting_work {
 public:
  lasting_work();

  // Call as often as you like: `text` is asked for only when it is to be shown.
  void show(const std::function<std::string()>& text);

 private:
  progress line_;
  const std::int64_t every_ns_;
  std::int64_t next_ns_;
};

} // namespace tempest::cli
