// Runs another program and reads what it says.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace tempest::cli {

// Starts `words[0]` (looked up in PATH) with both of its outputs joined, calls `on_line` with each
// line without its end, and waits. Returns its exit code, or 128 + the signal that ended it. Throws
// base::failure(unavailable) with `how_to_get_it` when there is no such program.
[[nodiscard]] int run_child(const std::vector<std::string>& words,
                            const std::function<void(const std::string&)>& on_line,
                            const std::string& how_to_get_it);

// Whether PATH has a program of that name.
[[nodiscard]] bool has_program(const std::string& name);

} // namespace tempest::cli
