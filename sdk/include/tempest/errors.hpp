// What plugin code throws to say more than "it failed".
#pragma once

#include <stdexcept>
#include <string>

namespace tempest {

// This message can never be processed: no further attempt. Any other exception fails the delivery,
// and the policy of the topology decides about another attempt.
class reject : public std::runtime_error {
 public:
  explicit reject(const std::string& reason) : std::runtime_error(reason) {}
};

// Thrown by a source's constructor: a file that it is to read is missing or unreadable. The command
// then ends with exit code 66; any other exception there means a configuration that cannot work.
class no_input : public std::runtime_error {
 public:
  explicit no_input(const std::string& what) : std::runtime_error(what) {}
};

// The author of a plugin made a mistake: asked for an option that the plugin does not declare, or
// for one as another type.
class misuse : public std::logic_error {
 public:
  explicit misuse(const std::string& what) : std::logic_error(what) {}
};

} // namespace tempest
