// How a thread is woken, whatever it sleeps on: a condition (doorbell) or its sockets (net::loop).
#pragma once

#include <cstdint>

namespace tempest::base {

class bell {
 public:
  bell() = default;
  bell(const bell&) = delete;
  bell& operator=(const bell&) = delete;
  virtual ~bell() = default;

  // Wakes the owner, now or from its next wait on. Cheap while the owner is awake. [any thread]
  virtual void ring() = 0;
  // Waits until it was rung since the last wait, or `deadline_ns` (base::steady_ns) has passed.
  // Returns whether there may be something to do. [the owner's thread]
  virtual bool wait(std::int64_t deadline_ns) = 0;
};

} // namespace tempest::base
