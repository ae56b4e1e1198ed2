// The sink `redis_stream`: adds messages to a Redis stream.
#pragma once

#include <span>
#include <string_view>

#include "plugins/redis/pipelined_sink.hpp"
#include "plugins/redis/stream/options.hpp"
#include "plugins/redis/stream/stream_store.hpp"

namespace redis::stream {

class stream_sink : public pipelined_sink {
 public:
  explicit stream_sink(tempest::sink_context& context);

  void connect() override {
    client_.connect();
    client_.expect_right();
    forget_refusal();
  }
  void close() {
    client_.line().close();
    store_.close();
  }
  // The cursor is the id where the page begins and the one where all ends.
  tempest::page browse(std::string_view cursor, std::size_t max_messages, std::size_t max_bytes);
  std::size_t erase(std::span<const std::string_view> ids) { return store_.erase(ids); }

 private:
  pipeline& line() override { return client_.line(); }
  void encode(const tempest::message& what) override;

  const sink_options options_;
  writer client_;
  stream_store store_;
  message_shape stored_shape_; // how to read back what encode() wrote
};

} // namespace redis::stream
