#include "runtime/source/intake.hpp"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <string_view>

namespace tempest::source {
namespace {

std::string_view copy(char*& at, tempest_slice from) {
  if (from.length > 0) std::memcpy(at, from.data, from.length);
  const std::string_view placed(at, from.length);
  at += from.length;
  return placed;
}

tempest_slice copy_slice(char*& at, tempest_slice from) {
  if (from.data == nullptr) return {};
  const std::string_view placed = copy(at, from);
  return {placed.data(), placed.size()};
}

bool has_meta(const tempest_source_message& message) {
  return message.key.data != nullptr || message.header_count > 0;
}

std::size_t meta_bytes(const tempest_source_message& message) {
  if (!has_meta(message)) return 0;
  std::size_t bytes = sizeof(engine::metadata) + message.key.length;
  for (std::uint32_t i = 0; i < message.header_count; ++i) {
    bytes +=
        sizeof(tempest_header) + message.headers[i].name.length + message.headers[i].value.length;
  }
  return bytes;
}

} // namespace

intake::intake(base::chunk_pool& chunks, std::uint64_t max_message_bytes)
    : writer_(chunks),
      max_message_bytes_(max_message_bytes),
      too_large_(fmt::format("it is larger than max_message_bytes = {}", max_message_bytes)) {}

void intake::add(const tempest_source_message& message, engine::incoming_batch& batch) {
  const std::size_t meta = meta_bytes(message);
  char* at = writer_.reserve(meta + message.id.length + message.payload.length);
  engine::incoming& added = batch.messages.emplace_back();
  added.home = writer_.current();
  if (added.home != last_home_) {
    batch.chunks.emplace_back(added.home);
    last_home_ = added.home;
  }
  added.token = message.token;
  added.timestamp_ms = message.timestamp_ms;
  added.deliveries = message.deliveries;
  if (meta > 0) added.meta = add_meta(message, at);
  added.id = copy(at, message.id);
  added.payload = copy(at, message.payload);
  if (meta + message.payload.length > max_message_bytes_) added.refused = too_large_.c_str();
}

const engine::metadata* intake::add_meta(const tempest_source_message& message, char*& at) {
  auto* const made = new (at) engine::metadata;
  at += sizeof(engine::metadata);
  auto* const headers = reinterpret_cast<tempest_header*>(at);
  at += message.header_count * sizeof(tempest_header);
  for (std::uint32_t i = 0; i < message.header_count; ++i) {
    const tempest_slice name = copy_slice(at, message.headers[i].name);
    new (headers + i) tempest_header{name, copy_slice(at, message.headers[i].value)};
  }
  made->key = copy_slice(at, message.key);
  made->headers = headers;
  made->header_count = message.header_count;
  made->timestamp_ms = message.timestamp_ms;
  return made;
}

} // namespace tempest::source
