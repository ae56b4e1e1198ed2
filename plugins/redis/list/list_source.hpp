// The source `redis_list`: a consumer of Redis lists, as Tempest wants it.
#pragma once

#include <tempest/source.hpp>

#include <optional>

#include "plugins/redis/list/element_shape.hpp"
#include "plugins/redis/list/options.hpp"
#include "plugins/redis/lock_file.hpp"

namespace redis::list {

class list_source : private listener {
 public:
  // Takes the instance's number when no consumer is named; the network is left alone.
  explicit list_source(tempest::source_context& context);

  static tempest::source_traits traits(const tempest::options& given);
  // Adds messages to the first list; those that lie in a redis_list on the same server are moved
  // there.
  static std::string requeue(const tempest::options& given, const tempest::requeue_batch& what,
                             std::span<tempest::requeued> results);

  void connect();
  tempest::poll_status poll(std::size_t max_messages, std::size_t max_bytes,
                            tempest::deadline until);
  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes);
  void extend(std::span<const std::uint64_t> tokens);
  void interrupt() noexcept { client_->interrupt(); }
  bool healthy(std::string& reason);
  void close(tempest::deadline until) { client_->close(until); }
  std::int64_t depth() { return client_->depth(); }
  void failed(std::span<const std::uint64_t> tokens, std::span<const std::uint32_t> failures) {
    client_->failed(tokens, failures);
  }

 private:
  void deliver(std::span<const handed_element> batch) override;
  void settled(std::span<const token> which, outcome of, confirmation result) override;
  void withdrawn(std::span<const token> which) override { context_.withdraw(which); }
  void log(severity level, const std::string& text) override;

  tempest::source_context& context_;
  std::optional<instance_number> number_;
  std::optional<element_shape> shape_;
  std::optional<consumer> client_;
  std::string why_unhealthy_ = "not connected yet";
};

} // namespace redis::list
