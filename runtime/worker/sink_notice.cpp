#include "runtime/worker/sink_notice.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/base/log.hpp"

namespace tempest::worker {

sink_notice::sink_notice(std::string name, std::string topology)
    : name_(std::move(name)), topology_(std::move(topology)) {}

void sink_notice::away(const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  if (without_it_++ > 0) return;
  reason_ = reason;
  base::log(base::log_level::warn,
            fmt::format("sink {} is away: {}; its messages wait, it is tried again with growing "
                        "pauses",
                        name_, reason),
            {.topology = topology_});
}

void sink_notice::back() {
  const std::scoped_lock lock(mutex_);
  reached_ = true;
  if (--without_it_ > 0) return;
  base::log(base::log_level::info, fmt::format("sink {} is back", name_), {.topology = topology_});
}

void sink_notice::reached() {
  const std::scoped_lock lock(mutex_);
  reached_ = true;
}

std::string sink_notice::trouble() const {
  const std::scoped_lock lock(mutex_);
  return reached_ && without_it_ == 0 ? std::string() : reason_;
}

} // namespace tempest::worker
