// The libraries in PROJECT/build that `run` finds, whichever flavour made them.
#pragma once

#include <string>
#include <vector>

namespace tempest::cli {

// Copies the libraries in `from` (those directly in it) to `to`, each at once so that a running
// process keeps its own, and removes the ones that an earlier call put there and that are no more.
// Returns their names, sorted. Throws base::failure(io).
std::vector<std::string> publish_plugins(const std::string& from, const std::string& to);

// Removes all that publish_plugins put into `folder`.
void unpublish_plugins(const std::string& folder);

} // namespace tempest::cli
