// From the words of the command line to what they ask for. The one place that knows CLI11.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/args/verb.hpp"

namespace tempest::cli {

struct invocation {
  std::string help;         // not empty: print this and leave
  std::function<int()> run; // otherwise: do this
};

// `root` is a group and its name that of the program; `words` come without the program's name.
// Fills the arguments of the verb that was asked for. Throws base::failure(usage) for what it does
// not understand, with the nearest command or option it knows.
[[nodiscard]] invocation parse(const verb& root, const std::vector<std::string>& words);

} // namespace tempest::cli
