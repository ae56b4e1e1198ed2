#include "cli/output/progress.hpp"

#include <cstdio>

#include "cli/output/print.hpp"
#include "cli/output/terminal.hpp"

namespace tempest::cli {

progress::progress() : visible_(stdout_is_terminal()) {}

progress::~progress() {
  clear();
}

void progress::show(const std::string& text) {
  if (!visible_) return;
  const std::string line = printable(text).substr(0, terminal_columns() - 1);
  std::fprintf(stdout, "\r\x1b[K%s", line.c_str());
  std::fflush(stdout);
  drawn_ = true;
}

void progress::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stdout);
  std::fflush(stdout);
  drawn_ = false;
}

} // namespace tempest::cli
