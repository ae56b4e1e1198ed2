// The whole command: from words to an exit code.
#pragma once

#include <string>
#include <vector>

namespace tempest::cli {

// Runs what `words` (without the program's name) ask for. Every error becomes a line on standard
// error and an exit code of base::exit_code. Main thread only.
[[nodiscard]] int run_command_line(const std::vector<std::string>& words);

} // namespace tempest::cli
