// The source `redis_stream`: a consumer of the groups of Redis streams, as Tempest wants it.
#pragma once

#include <tempest/source.hpp>

#include <filesystem>
#include <optional>
#include <vector>

#include "plugins/redis/lock_file.hpp"
#include "plugins/redis/stream/options.hpp"

namespace redis::stream {

class stream_source : private listener {
 public:
  // Takes the instance's number at each stream when no consumer is named; the network is left
  // alone.
  explicit stream_source(tempest::source_context& context);

  static tempest::source_traits traits(const tempest::options& given);
  // Adds messages to the stream; those that lie in a sink on the same server are moved there.
  static std::string requeue(const tempest::options& given, const tempest::requeue_batch& what,
                             std::span<tempest::requeued> results);

  void connect();
  tempest::poll_status poll(std::size_t max_messages, std::size_t max_bytes,
                            tempest::deadline until);
  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes);
  void extend(std::span<const std::uint64_t> tokens);
  void interrupt() noexcept { client_->interrupt(); }
  bool healthy(std::string& reason);
  void close(tempest::deadline until);
  std::int64_t depth() { return client_->depth(); }
  void failed(std::span<const std::uint64_t> tokens, std::span<const std::uint32_t> failures) {
    client_->failed(tokens, failures);
  }

 private:
  void take_number(const std::filesystem::path& folder, consumer_settings& client);

  void deliver(const reply& from, std::span<const handed_entry> batch) override;
  void settled(std::span<const token> which, outcome of, confirmation result) override;
  void withdrawn(std::span<const token> which) override;
  void pending_handled(pending_action how, std::uint64_t count) override;
  void pending_refused(pending_action how) override;
  void log(severity level, const std::string& text) override;

  tempest::source_context& context_;
  std::vector<instance_number> numbers_;
  std::optional<message_shape> shape_;
  std::optional<consumers> client_;
  std::string payload_field_;
  std::string why_unhealthy_ = "not connected yet";
};

} // namespace redis::stream
