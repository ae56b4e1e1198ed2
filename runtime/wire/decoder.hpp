// Bodies of frames become messages. Whatever bytes come: a message that is sound, or a
// protocol_error.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/wire/frame.hpp"
#include "runtime/wire/messages.hpp"

namespace tempest::wire {

namespace schema {
struct Deliver;
struct OutputHead;
struct Report;
} // namespace schema

// One thread. A decoded message is valid until the next call, and as long as its body is; the bytes
// of deliveries and outputs are as long as their chunks are held.
class decoder {
 public:
  // Headers of deliveries and metadata of outputs are laid into chunks of `pool`, which outlives
  // the decoder.
  explicit decoder(base::chunk_pool& pool) : writer_(pool) {}

  // `body` is aligned to 8 bytes. Payloads are left in it: `home` is the chunk that it lies in; a
  // report keeps that alive, of deliveries the caller does. nullptr: the body outlives them.
  // Throws protocol_error. The report of a decoded message may be swapped away.
  [[nodiscard]] message decode(std::span<const char> body, base::chunk* home);

 private:
  struct report_rows;

  // decode_deliver.cpp
  [[nodiscard]] deliver read_deliveries(const schema::Deliver& from, base::chunk* home);
  // decode_report.cpp
  void read_report(const schema::Report& from, base::chunk* home);
  void read_output(const schema::OutputHead& head, report_rows& rows);
  [[nodiscard]] static engine::outcome outcome_of(std::uint32_t said);

  base::chunk_writer writer_;
  std::vector<tempest_delivery> deliveries_;
  std::vector<tempest_header> headers_;
  engine::worker_report report_;
};

} // namespace tempest::wire
