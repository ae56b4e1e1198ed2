// A template as a value: what it is for, what can be set, and its files with {{placeholders}}.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tempest::cli::scaffold {

struct variable {
  std::string name; // [a-z][a-z0-9_]*
  std::string help;
  std::string default_value;
};

struct file {
  std::string path; // below the project's folder
  std::string content;
};

struct manifest {
  std::string name;
  std::string summary;
  std::vector<variable> variables;
  std::vector<file> files; // sorted by path
};

using values = std::map<std::string, std::string, std::less<>>;

} // namespace tempest::cli::scaffold
