#include "cli/output/print.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>

#include "cli/output/terminal.hpp"

namespace tempest::cli {
namespace {

bool write_failed = false;
bool reader_left = false;

void note_output(bool whole) {
  if (whole) return;
  write_failed = true;
  reader_left = reader_left || errno == EPIPE;
}

void write(std::FILE* stream, std::string_view text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
                     std::fputc('\n', stream) != EOF;
  if (stream == stdout) note_output(whole);
}

std::string styled(std::string_view text, std::string_view code, bool colour) {
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

// `harmless`: control characters that stay.
std::string without_orders(std::string_view text, std::string_view harmless) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    const bool stays = !control || harmless.find(c) != std::string_view::npos;
    shown += stays ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return shown;
}

} // namespace

void print(std::string_view text) {
  write(stdout, text);
}

void say(std::string_view text) {
  note_output(std::fflush(stdout) == 0); // so that a terminal shows both in the order of saying
  write(stderr, text);
}

void say_error(std::string_view text) {
  say(fmt::format("{} {}", styled("error:", "1;31", stderr_has_colour()), text));
}

bool finish_output() {
  note_output(std::fflush(stdout) == 0);
  return reader_left || !(write_failed || std::ferror(stdout) != 0);
}

std::string bold(std::string_view text) {
  return styled(text, "1", stdout_has_colour());
}

std::string red(std::string_view text) {
  return styled(text, "31", stdout_has_colour());
}

std::string green(std::string_view text) {
  return styled(text, "32", stdout_has_colour());
}

std::string printable(std::string_view text) {
  return without_orders(text, "\n");
}

std::string printable_text(std::string_view text) {
  return without_orders(text, "\n\t");
}

} // namespace tempest::cli
