// How messages get back to where a source reads: as one pipeline, an outcome for each.
#pragma once

#include <tempest/source.hpp>

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "plugins/redis/pipeline.hpp"

namespace redis {

// Derive from it and say how one message is put back. Not thread-safe.
class pipelined_requeue {
 public:
  virtual ~pipelined_requeue() = default;
  pipelined_requeue(const pipelined_requeue&) = delete;
  pipelined_requeue& operator=(const pipelined_requeue&) = delete;

  // Returns why one was not put back; empty when all were. Throws `unavailable`.
  std::string run();

 protected:
  pipelined_requeue(const tempest::requeue_batch& what, std::span<tempest::requeued> results)
      : what_(what), results_(results) {}

  [[nodiscard]] virtual pipeline& line() = 0;
  virtual void connect() = 0;
  // Appends the one command that puts it back, and returns whether that takes it out of the sink
  // too: the answer is then 0 when it was gone. Throws std::invalid_argument when the source could
  // not read it back as it is.
  virtual bool append(std::size_t index) = 0;

  // How long one answer may take: `longest`, or what is left of the time for all.
  static std::chrono::milliseconds patience(const tempest::requeue_batch& what,
                                            std::chrono::milliseconds longest);

  const tempest::requeue_batch& what_;

 private:
  void collect();

  std::span<tempest::requeued> results_;
  struct sent_message {
    std::size_t index;
    bool moves;
  };
  std::vector<sent_message> sent_; // whose answers are awaited, in order
  std::string reason_;
};

} // namespace redis
