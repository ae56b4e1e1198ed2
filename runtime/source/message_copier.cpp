#include "runtime/source/message_copier.hpp"

#include <fmt/format.h>

#include "runtime/engine/metadata.hpp"

namespace tempest::source {
namespace {

std::size_t length(tempest_slice slice) {
  return slice.data == nullptr ? 0 : slice.length;
}

} // namespace

message_copier::message_copier(base::chunk_pool& chunks, std::uint64_t max_message_bytes)
    : writer_(chunks),
      max_message_bytes_(max_message_bytes),
      too_large_(
          fmt::format("it holds more than max_message_bytes = {} in payload, key and headers",
                      max_message_bytes)) {}

void message_copier::add(const tempest_source_message& message) {
  const bool has_meta = message.key.data != nullptr || message.header_count > 0;
  const engine::metadata meta{message.key, message.headers, message.header_count,
                              message.timestamp_ms};
  const std::size_t bytes =
      (has_meta ? engine::placed_bytes(meta) : 0) + length(message.id) + length(message.payload);
  char* at = writer_.reserve(bytes);
  hold(writer_.current());
  engine::incoming& added = batch_.messages.emplace_back(); // from here on nothing can fail
  added.token = message.token;
  added.home = writer_.current();
  if (has_meta) added.meta = engine::place(at, meta);
  const tempest_slice id = engine::place(at, message.id);
  const tempest_slice payload = engine::place(at, message.payload);
  added.id = {id.data, id.length};
  added.payload = {payload.data, payload.length};
  added.timestamp_ms = message.timestamp_ms;
  added.deliveries = message.deliveries == 0 ? 1 : message.deliveries;
  added.failures = message.failures;
  const std::uint64_t size = engine::message_bytes(added.payload, added.meta);
  if (size > max_message_bytes_) added.refused = too_large_.c_str();
  bytes_ += size;
}

// Before a message lies in it.
void message_copier::hold(base::chunk* chunk) {
  if (chunk == last_chunk_) return;
  batch_.chunks.emplace_back(chunk);
  last_chunk_ = chunk;
}

void message_copier::left() {
  last_chunk_ = nullptr;
  bytes_ = 0;
}

} // namespace tempest::source
