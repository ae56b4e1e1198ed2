#include "runtime/source/message_copier.hpp"

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace tempest::source {
namespace {

// Lays a slice at `at`, which moves behind it. Absent stays absent.
tempest_slice place(char*& at, tempest_slice from) {
  if (from.data == nullptr) return {};
  if (from.length > 0) std::memcpy(at, from.data, from.length);
  const tempest_slice placed{at, from.length};
  at += from.length;
  return placed;
}

bool has_meta(const tempest_source_message& message) {
  return message.key.data != nullptr || message.header_count > 0;
}

std::size_t meta_bytes(const tempest_source_message& message) {
  std::size_t bytes = sizeof(engine::metadata) + message.key.length;
  for (std::uint32_t i = 0; i < message.header_count; ++i) {
    const tempest_header& one = message.headers[i];
    bytes += sizeof(tempest_header) + one.name.length + one.value.length;
  }
  return bytes;
}

const engine::metadata* place_meta(char*& at, const tempest_source_message& message) {
  auto* const made = new (at) engine::metadata;
  at += sizeof(engine::metadata);
  auto* const headers = reinterpret_cast<tempest_header*>(at);
  at += message.header_count * sizeof(tempest_header);
  for (std::uint32_t i = 0; i < message.header_count; ++i) {
    const tempest_slice name = place(at, message.headers[i].name);
    new (headers + i) tempest_header{name, place(at, message.headers[i].value)};
  }
  made->headers = headers;
  made->header_count = message.header_count;
  made->key = place(at, message.key);
  made->timestamp_ms = message.timestamp_ms;
  return made;
}

std::size_t length(tempest_slice slice) {
  return slice.data == nullptr ? 0 : slice.length;
}

} // namespace

message_copier::message_copier(base::chunk_pool& chunks, std::uint64_t max_message_bytes)
    : writer_(chunks),
      max_message_bytes_(max_message_bytes),
      too_large_(
          fmt::format("its payload is larger than max_message_bytes = {}", max_message_bytes)) {}

void message_copier::add(const tempest_source_message& message) {
  const bool meta = has_meta(message);
  const std::size_t bytes =
      (meta ? meta_bytes(message) : 0) + length(message.id) + length(message.payload);
  char* at = writer_.reserve(bytes);
  engine::incoming& added = batch_.messages.emplace_back();
  added.token = message.token;
  added.home = writer_.current();
  if (meta) added.meta = place_meta(at, message);
  const tempest_slice id = place(at, message.id);
  const tempest_slice payload = place(at, message.payload);
  added.id = {id.data, id.length};
  added.payload = {payload.data, payload.length};
  added.timestamp_ms = message.timestamp_ms;
  added.deliveries = message.deliveries == 0 ? 1 : message.deliveries;
  if (payload.length > max_message_bytes_) added.refused = too_large_.c_str();
  bytes_ += payload.length;
  if (added.home == last_chunk_) return;
  batch_.chunks.emplace_back(added.home);
  last_chunk_ = added.home;
}

void message_copier::left() {
  last_chunk_ = nullptr;
  bytes_ = 0;
}

} // namespace tempest::source
