// What a source does with messages that failed: its own business, but it must not lose them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/conformance/source_script.hpp"

namespace tempest::conformance {

// Of some messages. All functions throw found when one comes back other than it should: with
// failures that were not told, or, where the source says that it counts deliveries, with no more of
// them than before.
class failed_messages {
 public:
  // Has the source fail these, which are open, and tells it how often they did where it keeps that.
  failed_messages(source_script& source, std::vector<seen_message> which);

  // Looks at what has come since, in the instance that was told.
  void look_at(const source_script& source);
  // Looks at what the next instance has been given, and waits for what is missing: whatever comes
  // no more has to be kept where the command `failed` finds it. Throws found when it is not.
  void find_the_rest(site& at, source_script& next);
  [[nodiscard]] std::string words() const;

 private:
  void note(const seen_message& one, const char* came);
  [[nodiscard]] std::vector<std::string> missing() const;

  std::map<std::string, seen_message> failed_; // payload -> as it was when it failed
  std::map<std::string, const char*> became_;  // payload -> how it came again
  std::size_t seen_ = 0;                       // messages of the instance that was told
  std::int64_t told_ns_ = 0;
  bool keeps_failures_ = false;
  bool counts_deliveries_ = false;
};

} // namespace tempest::conformance
