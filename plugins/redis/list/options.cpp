#include "plugins/redis/list/options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace redis::list {

std::vector<std::string> parse_keys(const std::string& key, std::string_view several) {
  const nlohmann::json given = nlohmann::json::parse(several);
  if (key.empty() == given.empty()) {
    throw std::invalid_argument(
        "name a list as `key`, or several as `keys`; one of the two is needed");
  }
  if (!key.empty()) return {key};
  std::vector<std::string> keys;
  for (const nlohmann::json& one : given) {
    if (!one.is_string() || one.get_ref<const std::string&>().empty()) {
      throw std::invalid_argument("keys: " + one.dump() + " is not the name of a list");
    }
    keys.push_back(one.get<std::string>());
  }
  if (keys.size() > most_keys) {
    throw std::invalid_argument("keys: at most " + std::to_string(most_keys) +
                                " lists, since each has a connection to wait on");
  }
  for (auto at = keys.begin(); at != keys.end(); ++at) {
    if (std::find(keys.begin(), at, *at) != at) {
      throw std::invalid_argument("keys: '" + *at + "' is named twice");
    }
  }
  return keys;
}

} // namespace redis::list
