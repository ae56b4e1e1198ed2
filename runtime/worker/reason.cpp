#include "runtime/worker/reason.hpp"

namespace tempest::worker {
namespace {

std::string_view cut(std::string_view reason) {
  constexpr std::size_t kept_bytes = 4096;
  if (reason.size() <= kept_bytes) return reason;
  std::size_t end = kept_bytes;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80) --end;
  return reason.substr(0, end);
}

} // namespace

void add_reason(engine::worker_report& report, engine::result& result, std::string_view reason) {
  reason = cut(reason);
  result.reason_start = static_cast<std::uint32_t>(report.reasons.size());
  result.reason_length = static_cast<std::uint32_t>(reason.size());
  report.reasons.append(reason);
}

} // namespace tempest::worker
