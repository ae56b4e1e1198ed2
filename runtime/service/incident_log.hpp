// Says in the log what failed, without flooding it: a few lines a second, the rest as a
// count. What is tried again leaves messages that end their lines: each has a budget of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::service {

class incident_log {
 public:
  // `tasks`: names by index.
  incident_log(std::string topology, std::vector<std::string> tasks);
  // Logs what the engine noted, `omitted` further ones among it that it did not keep.
  void write(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
             std::int64_t now_ns);
  // The count of what was not said, once its second is over.
  void flush(std::int64_t now_ns);

 private:
  struct budget {
    std::uint32_t said = 0; // in this second
    std::uint64_t unsaid = 0;
  };

  void say(const engine::incident& one, std::int64_t now_ns) const;
  void close(budget& one, const char* of_what) const;

  const std::string topology_;
  const std::vector<std::string> tasks_;
  std::int64_t second_start_ns_ = 0;
  budget retries_;
  budget ends_;
};

} // namespace tempest::service
