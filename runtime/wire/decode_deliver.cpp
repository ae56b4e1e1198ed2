// Deliveries of a body: their bytes stay in it, their headers are laid into a chunk in one row.
#include <new>

#include "runtime/wire/cutter.hpp"
#include "runtime/wire/decoder.hpp"

namespace tempest::wire {

deliver decoder::read_deliveries(const schema::Deliver& from, base::chunk* home) {
  deliver read{from.task(), {}, home, nullptr, false};
  cutter<char> bytes = bytes_of(from.bytes(), "bytes");
  cutter<std::uint32_t> lengths = numbers_of(from.header_lengths(), "header lengths");
  cutter<std::uint32_t> path = numbers_of(from.path(), "paths");
  const auto heads = row_of<schema::DeliveryHead>(from.heads());
  deliveries_.clear();
  tempest_header* header = nullptr;
  if (const std::size_t count = lengths.left() / 2; count > 0) {
    header = reinterpret_cast<tempest_header*>(writer_.reserve(count * sizeof(tempest_header)));
    read.headers = writer_.current();
  }
  deliveries_.reserve(heads.size());
  for (const schema::DeliveryHead& head : heads) {
    tempest_delivery& made = deliveries_.emplace_back();
    made.id = {bytes.cut(head.id_length()), head.id_length()};
    made.payload = {bytes.cut(head.payload_length()), head.payload_length()};
    read.alone = read.alone || (head.flags() & is_alone) != 0;
    made.key = key_of(bytes, head.key_length(), head.flags());
    made.header_count = head.header_count();
    made.headers = header;
    for (std::uint32_t i = 0; i < made.header_count; ++i) {
      const tempest_header one = header_of(bytes, lengths); // or there is no place for it
      new (header++) tempest_header(one);
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
  read.deliveries = deliveries_;
  return read;
}

} // namespace tempest::wire
