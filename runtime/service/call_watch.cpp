#include "runtime/service/call_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/log.hpp"

namespace tempest::service {

call_watch::call_watch(std::string topology, std::string who, std::int64_t warn_ns)
    : topology_(std::move(topology)), who_(std::move(who)), warn_ns_(warn_ns) {}

void call_watch::look(const std::optional<base::plugin_call>& call, pthread_t thread,
                      std::int64_t now_ns, hang_log& log) {
  pauses_.look(now_ns);
  if (!call || warn_ns_ == 0) return;
  const std::int64_t age_ns = now_ns - call->since_ns - pauses_.within(call->since_ns);
  if (std::exchange(since_ns_, call->since_ns) != call->since_ns) next_ns_ = 0;
  if (age_ns < warn_ns_ || now_ns < next_ns_) return;
  next_ns_ = now_ns + age_ns;
  log.warn(thread,
           fmt::format("{}: {} has not come back for {:.1f} s", who_, call->function,
                       in_seconds(age_ns)),
           {.topology = topology_});
}

void call_watch::left_behind(const std::optional<base::plugin_call>& call, std::int64_t now_ns,
                             const std::string& lost) const {
  const std::string where =
      !call ? "its thread has not ended"
            : fmt::format("{} has not come back for {:.1f} s", call->function,
                          in_seconds(std::max<std::int64_t>(0, now_ns - call->since_ns)));
  base::log(base::log_level::error, fmt::format("{}: {}, and is left behind{}", who_, where, lost),
            {.topology = topology_});
}

} // namespace tempest::service
