#include "runtime/admin/in_flight.hpp"

#include "runtime/admin/api_json.hpp"

namespace tempest::admin {
namespace {

const char* word(in_flight_row::state now) {
  switch (now) {
    case in_flight_row::state::waiting:
      return "waiting";
    case in_flight_row::state::handed_out:
      return "handed_out";
    case in_flight_row::state::handling:
      return "handling";
    case in_flight_row::state::retrying:
      return "retrying";
    case in_flight_row::state::dead_letter:
      return "dead_letter";
  }
  return "";
}

} // namespace

std::string to_json(const in_flight_list& seen) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const in_flight_row& one : seen.rows) {
    rows.push_back({{"id", one.id},
                    {"age_s", one.age_s},
                    {"task", one.task},
                    {"state", word(one.now)},
                    {"attempt", one.attempt},
                    {"handling_s", or_null(one.handling_s)},
                    {"next_attempt_in_s", or_null(one.next_attempt_in_s)}});
  }
  return api_text(
      {{"topology", seen.topology}, {"matching", seen.matching}, {"deliveries", std::move(rows)}});
}

} // namespace tempest::admin
