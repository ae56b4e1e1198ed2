// What the streams of this process are connected to.
#pragma once

#include <cstddef>

#include "cli/output/screen.hpp"

namespace tempest::cli {

// Both are asked once per call: cheap, any thread.
[[nodiscard]] bool stdout_is_terminal(); // a terminal that understands escape codes
[[nodiscard]] bool stderr_is_terminal();
[[nodiscard]] screen_size terminal_size();    // of standard output; 80 times 24 when unknown
[[nodiscard]] std::size_t terminal_columns(); // of that

// Colour: on terminals only, and never when NO_COLOR is set.
[[nodiscard]] bool stdout_has_colour();
[[nodiscard]] bool stderr_has_colour();

} // namespace tempest::cli
