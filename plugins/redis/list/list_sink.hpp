// The sink `redis_list`: adds messages to a Redis list.
#pragma once

#include <span>
#include <string_view>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/list_store.hpp"
#include "plugins/redis/list/options.hpp"
#include "plugins/redis/pipelined_sink.hpp"

namespace redis::list {

class list_sink : public pipelined_sink {
 public:
  explicit list_sink(tempest::sink_context& context);

  void connect() override {
    line_.connect(options_.key, "list");
    expect_rights();
    forget_refusal();
  }
  void close() {
    line_.close();
    store_.close();
  }
  // The cursor is the place where the page begins, how many there were at the beginning, and the
  // SHA-1 of the page's first element.
  tempest::page browse(std::string_view cursor, std::size_t max_messages, std::size_t max_bytes);
  std::size_t erase(std::span<const std::string_view> ids) { return store_.erase(ids); }

 private:
  pipeline& line() override { return line_; }
  void encode(const tempest::message& what) override;
  std::size_t finish_piece() override;
  command begin_push();
  void expect_rights();

  const sink_options options_;
  pipeline line_;
  list_store store_;
};

} // namespace redis::list
