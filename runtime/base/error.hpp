// Errors for people: what happened, where, what to do.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tempest::base {

// How the process ends; the numbers are part of the command's contract (sysexits.h where it has a
// word for it).
enum class exit_code : int {
  ok = 0,
  failure = 1,          // the run or the check found a failure
  usage = 2,            // wrong command line
  no_input = 66,        // a named file is missing or unreadable
  unavailable = 69,     // a broker or service is away
  internal = 70,        // a defect of Tempest itself, or no memory
  would_overwrite = 73, // would overwrite a file
  io = 74,              // reading or writing failed
  abandoned = 75,       // messages were abandoned at shutdown
  bad_config = 78,      // bad configuration or plugin
};

// A place in a file; line and column count from 1, 0 = unknown.
struct location {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  // "Topology.toml:12:3", "Topology.toml", or "".
  [[nodiscard]] std::string text() const;
};

enum class severity : std::uint8_t { warning, error };

// One finding about configuration or a plugin.
struct problem {
  severity level = severity::error;
  location where;
  std::string text; // what is wrong, one sentence without the place
  std::string hint; // what to do; may be empty

  // "Topology.toml:12:3: error: text (hint)".
  [[nodiscard]] std::string line() const;
};

using problems = std::vector<problem>;

[[nodiscard]] bool has_errors(const problems& found);

// Ends a command: a text for people and the exit code that goes with it.
class failure : public std::runtime_error {
 public:
  failure(exit_code code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] exit_code code() const noexcept { return code_; }

 private:
  exit_code code_;
};

} // namespace tempest::base
