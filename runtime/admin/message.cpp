#include "runtime/admin/message.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tempest::admin {
namespace {

int hex_digit(char from) {
  if (from >= '0' && from <= '9') return from - '0';
  if (from >= 'a' && from <= 'f') return from - 'a' + 10;
  if (from >= 'A' && from <= 'F') return from - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view from) {
  std::string made;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool whole = from[i] == '%' && i + 2 < from.size() && hex_digit(from[i + 1]) >= 0 &&
                       hex_digit(from[i + 2]) >= 0;
    if (whole) {
      made += static_cast<char>(hex_digit(from[i + 1]) * 16 + hex_digit(from[i + 2]));
      i += 2;
    } else {
      made += from[i] == '+' ? ' ' : from[i];
    }
  }
  return made;
}

// Calls `look` with the name and the value of each parameter until it returns true.
template <typename Look>
void each_parameter(std::string_view query, Look look) {
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    if (one.empty()) continue;
    const std::string_view name = one.substr(0, one.find('='));
    if (look(name, one.substr(std::min(one.size(), name.size() + 1)))) return;
  }
}

} // namespace

bool request::asks_for(std::string_view name) const {
  return parameter(name).has_value();
}

std::optional<std::string> request::parameter(std::string_view name) const {
  std::optional<std::string> found;
  each_parameter(query, [&](std::string_view given, std::string_view value) {
    if (given == name) found = decoded(value);
    return found.has_value();
  });
  return found;
}

std::vector<std::string> request::parameters(std::string_view name) const {
  std::vector<std::string> found;
  each_parameter(query, [&](std::string_view given, std::string_view value) {
    if (given == name) found.push_back(decoded(value));
    return false;
  });
  return found;
}

std::string request::unknown_parameter(std::initializer_list<std::string_view> known) const {
  std::string found;
  each_parameter(query, [&](std::string_view given, std::string_view /*value*/) {
    if (std::find(known.begin(), known.end(), given) == known.end()) found = given;
    return !found.empty();
  });
  return found;
}

std::string query_text(std::string_view value) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"; // RFC 3986, 2.3
  std::string made;
  for (const char one : value) {
    const bool stays = plain.find(one) != std::string_view::npos;
    made += stays ? std::string(1, one) : fmt::format("%{:02X}", static_cast<unsigned char>(one));
  }
  return made;
}

} // namespace tempest::admin
