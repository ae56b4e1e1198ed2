// The sink `redis_stream`: adds messages to a Redis stream.
#pragma once

#include <tempest/sink.hpp>

#include <string>
#include <vector>

#include "plugins/redis/options.hpp"

namespace redis_stream {

class redis_sink {
 public:
  explicit redis_sink(tempest::sink_context& context);

  void connect() { client_.connect(); }
  // Answers come from the server before it returns, so there is nothing left for flush.
  void write(const tempest::messages& batch, std::span<tempest::written> results);
  void flush() {}
  bool healthy(std::string& reason);
  void close() { client_.close(); }

 private:
  bool encode(const tempest::message& what, std::size_t index);
  void collect(std::span<tempest::written> results);

  tempest::sink_context& context_;
  const sink_options options_;
  writer client_;
  std::vector<std::size_t> sent_; // messages whose answers are awaited, in order
};

} // namespace redis_stream
