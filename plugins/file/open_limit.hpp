// How many files this process may have open, and what of that is left to others.
#pragma once

#include <string>

#include "plugins/file/input_file.hpp"

namespace file_lines {

// No descriptor is to be had for a file.
class too_many_open : public unreadable {
 public:
  explicit too_many_open(const std::string& path);
};

// Whether so many are open that the rest is for others: connections, sinks, libraries. An eighth of
// what the process may have. `fd` was opened just now: it is the lowest number that was free.
[[nodiscard]] bool takes_from_others(int fd);

// The limit, and how it is raised.
[[nodiscard]] std::string open_limit_words();

} // namespace file_lines
