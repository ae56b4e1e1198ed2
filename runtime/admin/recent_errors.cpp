#include "runtime/admin/recent_errors.hpp"

#include "runtime/admin/api_json.hpp"
#include "runtime/base/time_text.hpp"

namespace tempest::admin {

std::string to_json(const error_list& seen) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const error_row& one : seen.rows) {
    rows.push_back({{"task", one.task},
                    {"outcome", one.outcome},
                    {"reason", one.reason},
                    {"message_id", one.message_id},
                    {"attempt", one.attempt},
                    {"count", one.count},
                    {"given_up", one.given_up},
                    {"first_time", base::rfc3339(one.first_ms)},
                    {"last_time", base::rfc3339(one.last_ms)}});
  }
  return api_text(
      {{"topology", seen.topology}, {"omitted", seen.omitted}, {"errors", std::move(rows)}});
}

} // namespace tempest::admin
