#include "plugins/redis/key_options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace redis {

std::vector<std::string> parse_keys(const std::string& key, std::string_view keys,
                                    const std::string& kind) {
  const nlohmann::json given = nlohmann::json::parse(keys);
  if (key.empty() == given.empty()) {
    throw std::invalid_argument("name a " + kind +
                                " as `key`, or several as `keys`; one of the two is needed");
  }
  if (!key.empty()) return {key};
  std::vector<std::string> names;
  for (const nlohmann::json& one : given) {
    if (!one.is_string() || one.get_ref<const std::string&>().empty()) {
      throw std::invalid_argument("keys: " + one.dump() + " is not the name of a " + kind);
    }
    names.push_back(one.get<std::string>());
  }
  if (names.size() > most_keys) {
    throw std::invalid_argument("keys: at most " + std::to_string(most_keys) + " " + kind +
                                "s, since each has a connection to wait on");
  }
  for (auto at = names.begin(); at != names.end(); ++at) {
    if (std::find(names.begin(), at, *at) != at) {
      throw std::invalid_argument("keys: '" + *at + "' is named twice");
    }
  }
  return names;
}

} // namespace redis
