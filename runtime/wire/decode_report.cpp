// Results of a body. Payloads stay in it, unless their output has metadata of its own: that needs a
// chunk, and an output lies in one place.
#include <cstring>

#include "runtime/engine/metadata.hpp"
#include "runtime/wire/cutter.hpp"
#include "runtime/wire/decoder.hpp"

namespace tempest::wire {

struct decoder::report_rows {
  cutter<char> bytes;
  cutter<std::uint32_t> lengths;
  base::chunk* home;
};

void decoder::read_report(const schema::Report& from, base::chunk* home) {
  report_.clear();
  report_rows rows{bytes_of(from.bytes(), "bytes"),
                   numbers_of(from.header_lengths(), "header lengths"), home};
  cutter<char> reasons = bytes_of(from.reasons(), "reasons");
  cutter<schema::OutputHead> outputs(row_of<schema::OutputHead>(from.outputs()), "outputs");
  const auto results = row_of<schema::ResultHead>(from.results());
  report_.results.reserve(results.size());
  report_.outputs.reserve(outputs.left());
  bool counts_only = false; // as reports of a leaf do
  for (const schema::ResultHead& head : results) {
    const std::uint32_t carried = head.carried();
    engine::result& made = report_.results.emplace_back();
    made.delivery = engine::delivery_ref::of(head.token());
    made.what = outcome_of(head.outcome());
    made.first_output = static_cast<std::uint32_t>(report_.outputs.size());
    made.output_count = head.output_count();
    if (carried != 0 && carried != made.output_count) {
      throw protocol_error("a result that carries some of its outputs");
    }
    counts_only = counts_only || carried != made.output_count;
    if (made.output_count != 0 && made.what != engine::outcome::succeeded) {
      throw protocol_error("outputs of a delivery that did not succeed");
    }
    const schema::OutputHead* const heads = outputs.cut(carried);
    for (std::uint32_t i = 0; i < carried; ++i) read_output(heads[i], rows);
    made.reason_start = static_cast<std::uint32_t>(report_.reasons.size());
    made.reason_length = head.reason_length();
    report_.reasons.append(reasons.cut(made.reason_length), made.reason_length);
  }
  if (counts_only && !report_.outputs.empty()) {
    throw protocol_error("a report that carries the outputs of some results only");
  }
  outputs.end();
  rows.bytes.end();
  rows.lengths.end();
  reasons.end();
  if (home != nullptr) report_.chunks.emplace_back(home);
}

engine::outcome decoder::outcome_of(std::uint32_t said) {
  if (said > static_cast<std::uint32_t>(engine::outcome::timed_out)) {
    throw protocol_error(fmt::format("the outcome {}, which is none", said));
  }
  return static_cast<engine::outcome>(said);
}

void decoder::read_output(const schema::OutputHead& head, report_rows& rows) {
  engine::output& made = report_.outputs.emplace_back();
  made.forwards = (head.flags() & forwards) != 0;
  if (made.forwards && head.payload_length() > 0) {
    throw protocol_error("a payload of an output that forwards its input");
  }
  made.payload = {rows.bytes.cut(head.payload_length()), head.payload_length()};
  made.home = made.forwards ? nullptr : rows.home;
  engine::metadata meta;
  meta.key = key_of(rows.bytes, head.key_length(), head.flags());
  meta.timestamp_ms = head.timestamp_ms();
  headers_.clear();
  for (std::uint32_t i = 0; i < head.header_count(); ++i) {
    headers_.push_back(header_of(rows.bytes, rows.lengths));
  }
  if ((head.flags() & replaces) == 0) return;
  meta.headers = headers_.data();
  meta.header_count = head.header_count();
  const std::string_view payload = made.payload;
  char* at = writer_.reserve(engine::placed_bytes(meta) + payload.size());
  made.home = writer_.current();
  if (report_.chunks.empty() || report_.chunks.back().get() != made.home) {
    report_.chunks.emplace_back(made.home);
  }
  made.meta = engine::place(at, meta);
  if (!payload.empty()) std::memcpy(at, payload.data(), payload.size());
  if (!made.forwards) made.payload = {at, payload.size()};
}

} // namespace tempest::wire
