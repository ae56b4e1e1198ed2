#include "runtime/worker/given_output.hpp"

#include <cstring>

#include "runtime/base/plugin_text.hpp"
#include "runtime/engine/metadata.hpp"

namespace tempest::worker {

given_output read_output(const tempest_output& output, const tempest_delivery& input) {
  const auto sets = [&](std::uint32_t flag) { return (output.flags & flag) != 0; };
  given_output given;
  given.payload = base::view(output.payload);
  given.replaces = sets(TEMPEST_OUTPUT_KEY | TEMPEST_OUTPUT_HEADERS | TEMPEST_OUTPUT_TIMESTAMP);
  if (!given.replaces) return given;
  const bool headers = sets(TEMPEST_OUTPUT_HEADERS);
  given.meta.key = sets(TEMPEST_OUTPUT_KEY) ? output.key : input.key;
  given.meta.headers = headers ? output.headers : input.headers;
  given.meta.header_count =
      headers ? static_cast<std::uint32_t>(output.header_count) : input.header_count;
  given.meta.timestamp_ms =
      sets(TEMPEST_OUTPUT_TIMESTAMP) ? output.timestamp_ms : input.timestamp_ms;
  return given;
}

std::uint64_t message_bytes(const given_output& output) {
  const engine::metadata& meta = output.meta;
  return output.payload.size() + engine::content_bytes(meta.key, meta.headers, meta.header_count);
}

std::uint64_t inherited_bytes(const given_output& output, const tempest_delivery& input) {
  return output.replaces ? 0 : engine::content_bytes(input.key, input.headers, input.header_count);
}

engine::output write_output(base::chunk_writer& writer, const given_output& output) {
  engine::output written;
  char* at = writer.reserve(output.payload.size() +
                            (output.replaces ? engine::placed_bytes(output.meta) : 0));
  written.home = writer.current();
  if (output.replaces) written.meta = engine::place(at, output.meta);
  if (!output.payload.empty()) std::memcpy(at, output.payload.data(), output.payload.size());
  written.payload = {at, output.payload.size()};
  return written;
}

} // namespace tempest::worker
