#include "runtime/net/report_check.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>

#include "runtime/wire/frame.hpp"

namespace tempest::net {
namespace {

std::uint64_t bytes_of(const engine::output& one) {
  std::uint64_t bytes = one.payload.size();
  if (one.meta == nullptr) return bytes;
  bytes += one.meta->key.length;
  for (const tempest_header& header : std::span(one.meta->headers, one.meta->header_count)) {
    bytes += header.name.length + header.value.length;
  }
  return bytes;
}

// Why the outputs of a delivery are too much; empty when they are not.
std::string over_limit(std::span<const engine::output> outputs, const report_limits& limits) {
  if (outputs.size() > limits.max_outputs) {
    return fmt::format("it emitted more than {} messages", limits.max_outputs);
  }
  std::uint64_t total = 0;
  for (const engine::output& one : outputs) {
    if (one.payload.size() > limits.max_message_bytes) {
      return fmt::format("it emitted a message of {} bytes; max_message_bytes allows {}",
                         one.payload.size(), limits.max_message_bytes);
    }
    total += bytes_of(one);
  }
  if (total <= limits.max_outputs_bytes) return {};
  return fmt::format("its outputs come to more than max_outputs_bytes = {}",
                     limits.max_outputs_bytes);
}

} // namespace

void reject(engine::worker_report& done, engine::result& one, std::string_view reason) {
  one.what = engine::outcome::rejected;
  one.output_count = 0;
  one.reason_start = static_cast<std::uint32_t>(done.reasons.size());
  one.reason_length = static_cast<std::uint32_t>(reason.size());
  done.reasons += reason;
}

void check_report(engine::worker_report& done, bool leaf, const report_limits& limits) {
  if (leaf) {
    done.outputs.clear();
    done.chunks.clear();
    return;
  }
  for (std::size_t i = 0; i < done.results.size(); ++i) {
    engine::result& one = done.results[i];
    if (one.output_count == 0) continue;
    const std::size_t end =
        i + 1 < done.results.size() ? done.results[i + 1].first_output : done.outputs.size();
    if (end - one.first_output != one.output_count) {
      throw wire::protocol_error("a result without the outputs that its task's children wait for");
    }
    const auto outputs = std::span(done.outputs).subspan(one.first_output, one.output_count);
    const std::string wrong = over_limit(outputs, limits);
    if (!wrong.empty()) reject(done, one, wrong);
  }
}

} // namespace tempest::net
