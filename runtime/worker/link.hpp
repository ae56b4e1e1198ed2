// Where a worker's deliveries come from and where its results go. Implemented by the queue inside
// the process (local_link) and by the connection to a topology elsewhere.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <span>

#include "runtime/engine/handover.hpp"

namespace tempest::worker {

class link {
 public:
  virtual ~link() = default;

  enum class answer { work, idle, closed };

  // The next deliveries, valid until the next call of take. Waits until there are some,
  // `deadline_ns` has passed (idle), or there will never be any (closed). [worker thread]
  virtual answer take(std::span<const tempest_delivery>& batch, std::int64_t deadline_ns) = 0;

  // Hands over results; `done` comes back empty, its memory to be used again. [any thread]
  virtual void report(engine::worker_report& done) = 0;

  // Not 0 while the worker should begin nothing more of its batch: see tempest_batch::interrupt.
  [[nodiscard]] virtual const std::uint32_t* interrupt() const = 0;

  // Raises that flag for the batch in hand, because the rest would take too long: another worker
  // may be free. [worker thread]
  virtual void give_back_rest() = 0;

  // How long one delivery takes, measured; so that batches fit. [worker thread]
  virtual void measured(std::int64_t ns_per_delivery) = 0;
};

} // namespace tempest::worker
