// Says in the log when a call of the source or of the dead letters' sink does not come back.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/base/pauses.hpp"
#include "runtime/base/plugin_call.hpp"
#include "runtime/service/hang_log.hpp"

namespace tempest::service {

// Of one thread. The engine's thread.
class call_watch {
 public:
  // `who` is in its calls: "source redis_stream". `warn_ns`: 0 = never.
  call_watch(std::string topology, std::string who, std::int64_t warn_ns);

  // Warns of a call that has taken too long, and again each time it has taken twice as long.
  void look(const std::optional<base::plugin_call>& call, pthread_t thread, std::int64_t now_ns,
            hang_log& log);
  // At the end, of a thread that is left behind. `lost` says what that costs.
  void left_behind(const std::optional<base::plugin_call>& call, std::int64_t now_ns,
                   const std::string& lost) const;

 private:
  const std::string topology_;
  const std::string who_;
  const std::int64_t warn_ns_;
  base::pauses pauses_;
  std::int64_t since_ns_ = 0; // of the call that was warned of
  std::int64_t next_ns_ = 0;
};

} // namespace tempest::service
