#include "runtime/admin/log_page.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "runtime/admin/api_json.hpp"
#include "runtime/admin/query_duration.hpp"
#include "runtime/base/log.hpp"
#include "runtime/metrics/seconds.hpp"

namespace tempest::admin {
namespace {

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
    const auto ns = query_duration_ns(*given);
    if (!ns || *ns == 0) {
      return fmt::format("for = '{}' is no duration up to a year; write 30s or 5m", *given);
    }
    into.for_ns = *ns;
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
