#include "cli/output/json.hpp"

#include <nlohmann/json.hpp>

#include "cli/output/print.hpp"

namespace tempest::cli {

void print_json(const nlohmann::ordered_json& fields) {
  nlohmann::ordered_json whole{{"version", 1}};
  for (const auto& [key, value] : fields.items()) whole[key] = value;
  print(whole.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

} // namespace tempest::cli
