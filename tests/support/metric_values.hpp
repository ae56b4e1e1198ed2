// What a registry shows, as a scraper reads it.
#pragma once

#include <map>
#include <sstream>
#include <string>

#include "runtime/metrics/exposition.hpp"

namespace tempest::metrics {

// Every line of the exposition, by its name and labels as written; without the build's.
inline std::map<std::string, double> values(const registry& of) {
  std::map<std::string, double> made;
  std::istringstream lines(exposition(of));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#' || line.starts_with("tempest_build_info")) continue;
    const std::size_t space = line.rfind(' ');
    made[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return made;
}

} // namespace tempest::metrics
