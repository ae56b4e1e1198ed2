#include "plugins/redis/list/own_names.hpp"

#include <stdexcept>
#include <string_view>

namespace redis::list {
namespace {

bool belongs_to(std::string_view key, std::string_view list) {
  if (!key.starts_with(list)) return false;
  key.remove_prefix(list.size());
  for (const char* whole : {":consumers", ":returned", ":count"}) {
    if (key == whole) return true;
  }
  for (const char* start : {":alive:", ":processing:", ":marks:"}) {
    if (key.starts_with(start)) return true;
  }
  return false;
}

} // namespace

void check_not_owned(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    for (const std::string& list : keys) {
      if (!belongs_to(key, list)) continue;
      std::string why = "keys: '";
      why.append(key).append("' belongs to '").append(list);
      why +=
          "', whose consumers keep there what they have in hand; name lists that producers push to";
      throw std::invalid_argument(why);
    }
  }
}

} // namespace redis::list
