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

// The author of a plugin made a mistake: asked for an option that the plugin does not declare, or
// for one as another type.
class misuse : public std::logic_error {
 public:
  explicit misuse(const std::string& what) : std::logic_error(what) {}
};

} // namespace tempest
