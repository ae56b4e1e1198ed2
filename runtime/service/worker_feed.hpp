// Where the deliveries of worker threads come from and where their results go: the engine of this
// process, or the topologies that it works for. All on the thread that owns the links.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::service {

class worker_feed {
 public:
  virtual ~worker_feed() = default;

  // How many deliveries of `task` may be handed out now.
  [[nodiscard]] virtual std::size_t queued(std::uint32_t task) const = 0;
  // Whether some wait that may not be handed out now.
  [[nodiscard]] virtual bool holds_back(std::uint32_t /*task*/) const { return false; }
  // Appends up to `max` of them to `out`.
  virtual void take(std::uint32_t task, engine::worker_id worker, std::size_t max,
                    std::vector<tempest_delivery>& out) = 0;
  // What that worker of that task did.
  virtual void report(std::uint32_t task, engine::worker_id worker,
                      engine::worker_report& done) = 0;
  // As take(), of one suspect that is handled alone; whether there was one.
  virtual bool take_suspect(std::uint32_t /*task*/, engine::worker_id /*worker*/,
                            std::vector<tempest_delivery>& /*out*/) {
    return false;
  }
  // Takes deliveries from a worker that hangs, failed or unbegun. Their bytes stay as they are
  // until it reports them, late, or is gone.
  virtual void take_away(std::uint32_t task, engine::worker_id worker,
                         engine::worker_report& done) = 0;
  // That worker is no more; `taken`: what was taken from it.
  virtual void gone(engine::worker_id worker, std::span<const engine::delivery_ref> taken) = 0;
  // Whether the rest of a batch should rather not be begun, for the sake of this delivery.
  [[nodiscard]] virtual bool useless(engine::delivery_ref delivery) const = 0;
  // What that worker has begun, now.
  virtual void begun(engine::worker_id worker, std::span<const engine::begun> running) = 0;
  // The id of its message, for people; empty when it is not known any more.
  [[nodiscard]] virtual std::string_view message_id(engine::delivery_ref delivery) const = 0;
};

} // namespace tempest::service
