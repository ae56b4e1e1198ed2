#include "runtime/admin/router.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/net/trust.hpp"

namespace tempest::admin {

void router::get(std::string path, page answers) {
  routes_.push_back({std::move(path), std::move(answers)});
}

answer router::answer_to(const request& asked) const {
  if (!knows_token(asked)) return {401, {}, {{"WWW-Authenticate", "Bearer"}}};
  const auto found = std::find_if(routes_.begin(), routes_.end(),
                                  [&](const route& one) { return one.path == asked.path; });
  if (found == routes_.end()) return no_such_path();
  if (asked.method != "GET" && asked.method != "HEAD") {
    return {405, fmt::format("{} takes GET and HEAD\n", found->path), {{"Allow", "GET, HEAD"}}};
  }
  return found->answers(asked);
}

// The name of the scheme is written in any case (RFC 9110, section 11.1).
bool router::knows_token(const request& asked) const {
  constexpr std::string_view scheme = "Bearer ";
  if (token_.empty()) return true;
  const std::string& given = asked.authorization;
  const bool is_bearer = ::strncasecmp(given.c_str(), scheme.data(), scheme.size()) == 0;
  return is_bearer && net::same_token(token_, std::string_view(given).substr(scheme.size()));
}

answer router::no_such_path() const {
  std::string known;
  for (const route& one : routes_) known += (known.empty() ? "" : ", ") + one.path;
  return {404, fmt::format("there are {}\n", known), {}};
}

} // namespace tempest::admin
