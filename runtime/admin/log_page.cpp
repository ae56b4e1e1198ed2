#include "runtime/admin/log_page.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "runtime/admin/api_json.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/config/units.hpp"
#include "runtime/metrics/seconds.hpp"

namespace tempest::admin {
namespace {

constexpr std::int64_t most_ms = std::int64_t{366} * 24 * 3'600'000;

struct level_change {
  base::log_level level = base::log_level::info;
  std::int64_t for_ns = 0; // 0: from now on
};

// What is wrong with what was asked; empty: it makes sense.
std::string read_change(const request& asked, level_change& into) {
  const std::string unknown = asked.unknown_parameter({"level", "for"});
  if (!unknown.empty()) return fmt::format("/api/v1/log-level takes level, for, not '{}'", unknown);
  const std::string level = asked.parameter("level").value_or("");
  if (!base::parse_log_level(level, into.level)) {
    return fmt::format("level = '{}' is none of debug, info, warn, error, off", level);
  }
  if (const auto given = asked.parameter("for")) {
    const auto ms = config::parse_duration_ms(*given);
    if (!ms || *ms == 0 || *ms > most_ms) {
      return fmt::format("for = '{}' is no duration up to a year; write 30s or 5m", *given);
    }
    into.for_ns = base::nanoseconds(std::chrono::milliseconds(*ms));
  }
  return {};
}

answer change_level(const std::string& topology, const request& asked) {
  level_change to;
  const std::string wrong = read_change(asked, to);
  if (!wrong.empty()) return api_error(400, wrong);
  base::change_log_level(to.level, to.for_ns);
  base::log(
      base::log_level::info,
      fmt::format("logs {} and worse, as it was told{}", word(to.level),
                  to.for_ns > 0 ? fmt::format(", for {} s", metrics::seconds(to.for_ns)) : ""),
      {.topology = topology});
  const auto reverts_in_s =
      to.for_ns > 0 ? std::optional(metrics::seconds(to.for_ns)) : std::nullopt;
  return api_answer(200, api_text({{"topology", topology},
                                   {"level", word(to.level)},
                                   {"reverts_in_s", or_null(reverts_in_s)}}));
}

} // namespace

void add_log_page(router& to, std::string topology) {
  to.post_later("/api/v1/log-level",
                [topology = std::move(topology)](const request& asked, const reply& back) {
                  back([made = change_level(topology, asked)] { return made; });
                });
}

} // namespace tempest::admin
