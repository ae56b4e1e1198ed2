// Any bytes as the body of a frame: refused, or sound. What is taken is read to its last byte, so
// that the sanitizers see a piece that lies outside, and is understood again when it is said again.
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"

namespace {

using namespace tempest;

// Ends the run when what must hold does not.
void demand(bool holds) {
  if (!holds) std::abort();
}

std::size_t sum(const char* data, std::size_t length) {
  return std::accumulate(data, data + length, std::size_t{0});
}

std::size_t sum(tempest_slice piece) {
  return sum(piece.data, piece.length);
}

std::size_t sum(const tempest_header* headers, std::size_t count) {
  std::size_t all = 0;
  for (std::size_t i = 0; i < count; ++i) all += sum(headers[i].name) + sum(headers[i].value);
  return all;
}

std::size_t sum(const wire::deliver& said) {
  std::size_t all = 0;
  for (const tempest_delivery& one : said.deliveries) {
    all += sum(one.id) + sum(one.payload) + sum(one.key) + sum(one.headers, one.header_count);
    all += std::accumulate(one.path, one.path + one.path_length, std::size_t{0});
  }
  return all;
}

std::size_t sum(const engine::worker_report& said) {
  std::size_t all = sum(said.reasons.data(), said.reasons.size());
  for (const engine::output& one : said.outputs) {
    all += sum(one.payload.data(), one.payload.size());
    if (one.meta == nullptr) continue;
    all += sum(one.meta->key) + sum(one.meta->headers, one.meta->header_count);
  }
  for (const engine::result& one : said.results) {
    demand(std::size_t{one.reason_start} + one.reason_length <= said.reasons.size());
  }
  return all;
}

constexpr std::size_t roomy = std::size_t{1} << 30;

void say_again(const wire::deliver& said, base::chunk_pool& pool) {
  if (said.deliveries.empty()) return;
  wire::encoder out;
  wire::decoder in(pool);
  const auto [body, count] = out.encode(said, roomy);
  demand(count == said.deliveries.size());
  demand(sum(std::get<wire::deliver>(in.decode(body, nullptr))) == sum(said));
}

void say_again(const wire::report& again, base::chunk_pool& pool) {
  const engine::worker_report& said = *again.done;
  if (said.results.empty()) return;
  wire::encoder out;
  wire::decoder in(pool);
  const auto [body, count] = out.encode(again, 0, roomy);
  demand(count == said.results.size());
  demand(sum(*std::get<wire::report>(in.decode(body, nullptr)).done) == sum(said));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::chunk_pool pool;
  wire::decoder in(pool);
  const base::chunk_ref frame = pool.get(size, true);
  if (size > 0) std::memcpy(frame.get()->bytes(), data, size);
  try {
    const wire::message said = in.decode({frame.get()->bytes(), size}, frame.get());
    if (const auto* batch = std::get_if<wire::deliver>(&said)) say_again(*batch, pool);
    if (const auto* report = std::get_if<wire::report>(&said)) say_again(*report, pool);
  } catch (const wire::protocol_error&) {
    return 0;
  }
  return 0;
}
