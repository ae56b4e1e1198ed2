// Deliveries of a body: their bytes stay in it.
#include "runtime/wire/cutter.hpp"
#include "runtime/wire/decoder.hpp"

namespace tempest::wire {

void decoder::read_deliveries(const schema::Deliver& from) {
  cutter<char> bytes = bytes_of(from.bytes(), "bytes");
  cutter<std::uint32_t> lengths = numbers_of(from.header_lengths(), "header lengths");
  cutter<std::uint32_t> path = numbers_of(from.path(), "paths");
  const auto heads = row_of<schema::DeliveryHead>(from.heads());
  deliveries_.clear();
  headers_.clear();
  headers_.reserve(lengths.left() / 2); // pointed into: must not move
  deliveries_.reserve(heads.size());
  for (const schema::DeliveryHead& head : heads) {
    tempest_delivery& made = deliveries_.emplace_back();
    made.id = {bytes.cut(head.id_length()), head.id_length()};
    made.payload = {bytes.cut(head.payload_length()), head.payload_length()};
    made.key = key_of(bytes, head.key_length(), head.flags());
    made.header_count = head.header_count();
    made.headers = headers_.data() + headers_.size();
    for (std::uint32_t i = 0; i < made.header_count; ++i) {
      headers_.push_back(header_of(bytes, lengths));
    }
    made.path = path.cut(head.path_length());
    made.path_length = head.path_length();
    made.attempt = head.attempt();
    made.deliveries = head.deliveries();
    made.timestamp_ms = head.timestamp_ms();
    made.host_token = head.token();
  }
  bytes.end();
  lengths.end();
  path.end();
}

} // namespace tempest::wire
