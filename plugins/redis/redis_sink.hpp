// The sink `redis_stream`: adds messages to a Redis stream.
#pragma once

#include <tempest/sink.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/redis/options.hpp"
#include "plugins/redis/stream_store.hpp"

namespace redis_stream {

class redis_sink {
 public:
  explicit redis_sink(tempest::sink_context& context);

  void connect() {
    client_.connect();
    not_ready_.clear();
  }
  // Answers come from the server before it returns, so there is nothing left for flush.
  void write(const tempest::messages& batch, std::span<tempest::written> results);
  void flush() {}
  bool healthy(std::string& reason);
  void close() {
    client_.close();
    store_.close();
  }
  // The cursor is the id where the page begins and the one where all ends.
  tempest::page browse(std::string_view cursor, std::size_t max_messages, std::size_t max_bytes);
  std::size_t erase(std::span<const std::string_view> ids) { return store_.erase(ids); }

 private:
  void write_all(const tempest::messages& batch, std::span<tempest::written> results);
  void write_again(const tempest::messages& one, std::span<tempest::written> result);
  bool encode(const tempest::message& what, std::size_t index);
  void collect(std::span<tempest::written> results);

  tempest::sink_context& context_;
  const sink_options options_;
  writer client_;
  stream_store store_;
  message_shape stored_shape_;    // how to read back what encode() wrote
  std::string not_ready_;         // why the server took nothing of the last batch
  std::vector<std::size_t> sent_; // messages whose answers are awaited, in order
};

} // namespace redis_stream
