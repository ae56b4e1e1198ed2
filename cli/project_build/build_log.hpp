// What a build says, sorted: progress, warnings, and everything for the case that it fails.
#pragma once

#include <string>
#include <vector>

#include "cli/output/progress.hpp"

namespace tempest::cli {

// A line of Ninja or Make that only tells how far they are.
[[nodiscard]] bool is_progress_line(const std::string& line);

class build_log {
 public:
  void line(const std::string& text);
  // The build failed: everything it said goes to standard error.
  void show_all();
  // It went well: what it said beside progress (warnings) goes to standard error.
  void show_warnings();

 private:
  progress progress_;
  std::vector<std::string> lines_;
};

} // namespace tempest::cli
