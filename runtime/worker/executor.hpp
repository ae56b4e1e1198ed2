// What runs on a worker's thread: a task plugin, or a sink plugin as the last step of a pipeline.
#pragma once

#include <tempest/abi.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/worker/work_meter.hpp"

namespace tempest::worker {

class executor {
 public:
  virtual ~executor() = default;

  // The thread's body: creates the instance, works until the link is closed, calls shutdown.
  // Never throws. [worker thread]
  virtual void run() = 0;
  // Appends what is begun and not finished, and since when it made no progress, as far as looking
  // now and then can tell (no clock is read per message). How many of them, at the end, the plugin
  // is at work on now; the others are deferred. `batch`: what the worker has in its hands, which
  // stays as it is meanwhile. [engine thread]
  virtual std::size_t begun(std::int64_t now_ns, std::span<const tempest_delivery> batch,
                            std::vector<engine::begun>& out) = 0;
  // Since when the plugin is at work on one delivery, whatever progress it tells; as begun() has
  // seen it last, and only while it says that there is one.
  [[nodiscard]] virtual std::int64_t at_work_since() const = 0;
  // Appends what of `batch` another worker may do instead: what is not begun and, with
  // `finished_too`, what has ended, though it may be reported. Not what is deferred. As begun().
  virtual void rest(std::span<const tempest_delivery> batch, bool finished_too,
                    std::vector<engine::delivery_ref>& out) const = 0;
  // How many deferred deliveries have ended since the start. [any thread]
  [[nodiscard]] virtual std::uint64_t deferred_ended() const { return 0; }
  // Deferred deliveries that are still open. [any thread]
  [[nodiscard]] virtual std::size_t deferred_open() const { return 0; }
  // The message id of one of these; empty when it is none. [any thread]
  [[nodiscard]] virtual std::string deferred_id(engine::delivery_ref /*delivery*/) const {
    return {};
  }
  // Whether what it has must wait until what it writes to is there. [any thread]
  [[nodiscard]] virtual bool waits_for_sink() const { return false; }
  // Frees the plugin's instance. Only after run() returned and when nothing is deferred.
  virtual void destroy() = 0;

  // How much it works. Written by the worker's thread, read by any.
  work_meter meter;

  // Not 0 while the plugin may be at work on deliveries, also on those that it put off: for whoever
  // looks after a crash. nullptr: nobody does. Set before run().
  std::atomic<std::uint32_t>* at_work = nullptr;

  // Called once, when the instance is there and has started: from now on it takes deliveries.
  std::function<void()> on_ready;
  // Why the worker could not start, or cannot go on, and how its process is to end; called once,
  // before run() returns. Set before run().
  std::function<void(base::exit_code code, const std::string& reason)> on_fatal;

 protected:
  void set_at_work(bool now) {
    if (at_work != nullptr) at_work->store(now ? 1 : 0, std::memory_order_relaxed);
  }
};

} // namespace tempest::worker
