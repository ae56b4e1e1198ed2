// What a sink was given, and what its destination holds.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/conformance/site.hpp"

namespace tempest::conformance {

// What `text` holds, each message followed by a line end, those that are known told from the rest:
// a payload that has line ends itself is found whole.
struct held_messages {
  std::unordered_map<std::string, int> known; // payload -> how often it is there
  std::unordered_map<std::string, int> other; // lines that are none of them; empty ones are none
};
[[nodiscard]] held_messages find_messages(std::string_view text,
                                          const std::vector<std::string>& known);

// Whether messages may be there more than once: after trouble what is not confirmed is sent again.
enum class repeats : std::uint8_t { none, allowed };

// By the command `read`; without it nothing is looked for. One thread.
class destination {
 public:
  // Looks at what is there before the sink writes.
  explicit destination(site& at);
  // Throws not_applicable without the command.
  void need_command() const;

  // What was confirmed as written has to be there, whole.
  void confirmed(const std::vector<std::string>& payloads);
  // What was given to the sink, and neither confirmed nor rejected, may be there.
  void given(const std::vector<std::string>& payloads);
  // Throws found when something confirmed is not there, or too often, or something else is.
  void look(repeats how);
  // To be put behind what was seen: that nothing was looked for, or nothing.
  [[nodiscard]] std::string words() const;

 private:
  [[nodiscard]] bool readable() const { return !site_.given().read.empty(); }
  [[nodiscard]] std::string stranger(const held_messages& there, std::string_view like) const;

  site& site_;
  std::unordered_map<std::string, int> before_; // lines of others
  std::vector<std::string> confirmed_;
  std::vector<std::string> given_; // those too
};

} // namespace tempest::conformance
