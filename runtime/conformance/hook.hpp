// A command of the user's, which fills the broker, reads from it or starts it anew.
#pragma once

#include <string>

namespace tempest::conformance {

// Runs `command` with sh, `input` on its standard input, and returns what it printed. `folder` is
// where its files go; `what` is its key. Throws base::failure(unavailable), with what it said, when
// it fails or takes more than a minute.
std::string run_hook(const std::string& what, const std::string& command, const std::string& folder,
                     const std::string& input = {});

} // namespace tempest::conformance
