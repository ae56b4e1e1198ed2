// A command as data: what it is called, takes and does. The parser and its help are made from it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tempest::cli {

// A duration of the command line, already parsed; nothing when it was not given.
using optional_duration = std::optional<std::chrono::milliseconds>;

// Where an argument's value goes. The pointee belongs to the verb, which outlives the parse.
using argument_target =
    std::variant<bool*, std::string*, std::vector<std::string>*, optional_duration*>;

struct argument {
  std::string names; // "--format", "-h,--help", or "NAME" for a positional
  std::string help;
  argument_target into;
  std::string value_name{}; // "FILE"; flags and positionals have none
  std::vector<std::string> choices{};
  bool required = false;
};

struct example {
  std::string line;
  std::string meaning;
};

// Either a group (children) or something to do (run). `run` returns the exit code and may throw
// base::failure.
struct verb {
  std::string name;
  std::string summary; // one sentence
  std::vector<argument> arguments{};
  std::vector<example> examples{};
  std::vector<verb> children{};
  std::function<int()> run{};
};

} // namespace tempest::cli
