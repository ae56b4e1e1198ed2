#include "runtime/admin/message.hpp"

#include <algorithm>

namespace tempest::admin {

bool request::asks_for(std::string_view parameter) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find('&'));
    if (one.substr(0, one.find('=')) == parameter) return true;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return false;
}

} // namespace tempest::admin
