// A command of the user's, which fills the broker, reads from it or starts it anew.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace tempest::conformance {

struct hook {
  std::string key; // of the settings
  std::string command;
  std::string folder;  // where its files go
  std::string input{}; // on its standard input
  std::chrono::milliseconds time_limit{60'000};
};

// Runs it with sh, and returns what it printed. Throws base::failure(unavailable), with what it
// said, when it fails, takes too long or prints more than output_limit on either way, and what
// `look`, called now and then while it waits, throws; either way it ends with all that it has
// started, which lives on when it ends well. All of it ends when this process is killed.
std::string run_hook(const hook& what, const std::function<void()>& look);

} // namespace tempest::conformance
