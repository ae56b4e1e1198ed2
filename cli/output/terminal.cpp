#include "cli/output/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace tempest::cli {
namespace {

bool is_terminal(int descriptor) {
  const char* const kind = std::getenv("TERM");
  if (kind == nullptr || std::string_view{kind} == "dumb") return false;
  return ::isatty(descriptor) == 1;
}

bool colour_wanted() {
  const char* const none = std::getenv("NO_COLOR");
  return none == nullptr || *none == '\0';
}

} // namespace

bool stdout_is_terminal() {
  return is_terminal(STDOUT_FILENO);
}

bool stderr_is_terminal() {
  return is_terminal(STDERR_FILENO);
}

screen_size terminal_size() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  screen_size made;
  if (known && size.ws_col > 0) made.columns = size.ws_col;
  if (known && size.ws_row > 0) made.rows = size.ws_row;
  return made;
}

std::size_t terminal_columns() {
  return terminal_size().columns;
}

bool stdout_has_colour() {
  return stdout_is_terminal() && colour_wanted();
}

bool stderr_has_colour() {
  return stderr_is_terminal() && colour_wanted();
}

} // namespace tempest::cli
