// Results go to standard output, everything said about them to standard error.
#pragma once

#include <string>
#include <string_view>

namespace tempest::cli {

// One line or several, without the last line end. Standard output is checked when the command ends:
// see finish_output.
void print(std::string_view text);

// To standard error.
void say(std::string_view text);
void say_error(std::string_view text); // "error: text"

// Flushes standard output. False when something could not be written, because of a full disk. A
// reader that left (`| head`) has seen enough: that is no failure.
[[nodiscard]] bool finish_output();

// `text` in bold when standard output is a terminal with colour.
[[nodiscard]] std::string bold(std::string_view text);
[[nodiscard]] std::string red(std::string_view text);
[[nodiscard]] std::string green(std::string_view text);

// `text` without bytes that a terminal would obey: names and reasons may come from anywhere.
[[nodiscard]] std::string printable(std::string_view text);
// The same with its tabs, which are no danger to a terminal.
[[nodiscard]] std::string printable_text(std::string_view text);

} // namespace tempest::cli
