// What the sinks have in common: batches as pipelines, an outcome for each message.
#pragma once

#include <tempest/sink.hpp>

#include <span>
#include <string>
#include <vector>

#include "plugins/redis/pipeline.hpp"

namespace redis {

// A sink derives from it and says how a message becomes one command. Not thread-safe.
class pipelined_sink {
 public:
  virtual ~pipelined_sink() = default;
  pipelined_sink(const pipelined_sink&) = delete;
  pipelined_sink& operator=(const pipelined_sink&) = delete;

  // Throws, too, when it is known at once that the user may not write.
  virtual void connect() = 0;
  // Answers come from the server before it returns, so there is nothing left for flush.
  void write(const tempest::messages& batch, std::span<tempest::written> results);
  void flush() {}
  bool healthy(std::string& reason);

 protected:
  explicit pipelined_sink(tempest::sink_context& context) : context_(context) {}

  [[nodiscard]] virtual pipeline& line() = 0;
  // Appends the command that writes it. Throws std::invalid_argument, having appended nothing, when
  // the message can never be written.
  virtual void encode(const tempest::message& what) = 0;
  // Appends what follows a piece of the batch, and returns how many commands that are.
  virtual std::size_t finish_piece() { return 0; }
  void forget_refusal() { not_ready_.clear(); }

 private:
  void write_all(const tempest::messages& batch, std::span<tempest::written> results);
  // Connects anew to find out; throws `unavailable` when it cannot.
  [[nodiscard]] bool is_beyond_limit(const tempest::message& what, const hung_up& cut);
  void collect(std::span<tempest::written> results);

  tempest::sink_context& context_;
  std::string not_ready_;         // why the server took nothing of the last batch
  std::vector<std::size_t> sent_; // messages whose answers are awaited, in order
};

} // namespace redis
