#include "plugins/redis/ledger.hpp"

#include <algorithm>

namespace redis_stream {

void ledger::ids(std::vector<stream_id>& into) const {
  into.clear();
  for (const holding_slot& slot : slots_) {
    if (slot.state != holding::none) into.push_back(slot.id);
  }
  std::sort(into.begin(), into.end());
}

} // namespace redis_stream
