#include "runtime/net/report_check.hpp"

#include <cstddef>
#include <span>
#include <string>

#include "runtime/engine/metadata.hpp"
#include "runtime/wire/frame.hpp"

namespace tempest::net {
namespace {

// Why the outputs of a delivery are too much; empty when they are not.
std::string over_limit(std::span<const engine::output> outputs, const engine::output_limits& limits,
                       std::uint64_t inherited) {
  engine::output_tally emitted;
  for (const engine::output& one : outputs) {
    // Of one that is forwarded as it came, all is the input's, which is within max_message_bytes.
    const bool inherits = one.meta == nullptr && !one.forwards;
    if (!emitted.admit(limits, engine::message_bytes(one.payload, one.meta),
                       inherits ? inherited : 0)) {
      return emitted.over_limit_reason(limits);
    }
    ++emitted.count;
  }
  return {};
}

} // namespace

void reject(engine::worker_report& done, engine::result& one, std::string_view reason) {
  one.what = engine::outcome::rejected;
  one.output_count = 0;
  one.reason_start = static_cast<std::uint32_t>(done.reasons.size());
  one.reason_length = static_cast<std::uint32_t>(reason.size());
  done.reasons += reason;
}

void check_report(engine::worker_report& done, const engine::output_limits& limits,
                  const inheritance& of) {
  if (limits.leaf) {
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
    const std::string wrong = over_limit(outputs, limits, of(one.delivery));
    if (!wrong.empty()) reject(done, one, wrong);
  }
}

} // namespace tempest::net
