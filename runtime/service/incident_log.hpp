// Says in the log what failed, without flooding it: the same of one task is said a few times, then
// counted; of all others a few lines a second are said. What is tried again leaves messages that
// end their lines: each has a budget of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/repeats.hpp"
#include "runtime/engine/handover.hpp"

namespace tempest::service {

// Of the engine's thread.
class incident_log {
 public:
  // `tasks`: names by index.
  incident_log(std::string topology, std::vector<std::string> tasks);
  // Logs what the engine noted, `omitted` further ones among it that it did not keep.
  void write(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
             std::int64_t now_ns);
  // The counts of what was not said, once its time is over.
  void flush(std::int64_t now_ns);
  // The same at the end of the run, whatever the time.
  void close();

 private:
  struct budget {
    std::uint32_t said = 0; // in this second
    std::uint64_t unsaid = 0;
  };
  // What makes two failures the same.
  struct kind {
    bool ends = false; // its message
    engine::task_id task = 0;
    std::string reason;

    auto operator<=>(const kind&) const = default;
  };
  using held_back = std::vector<std::pair<kind, base::repeats<kind>::count>>;

  void say(const engine::incident& one, std::int64_t now_ns) const;
  void close_second();
  void tell(held_back over);
  void tell(const kind& what, const base::repeats<kind>::count& how_often) const;
  void close(budget& one, const char* of_what) const;

  const std::string topology_;
  const std::vector<std::string> tasks_;
  std::int64_t second_start_ns_ = 0;
  budget retries_;
  budget ends_;
  base::repeats<kind> repeats_;
};

} // namespace tempest::service
