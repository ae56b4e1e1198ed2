#include "runtime/admin/router.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "runtime/net/trust.hpp"

namespace tempest::admin {
namespace {

bool is_number(const std::string& host) {
  in6_addr room{};
  return ::inet_pton(AF_INET, host.c_str(), &room) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

// HTTP/1.0 has no such header, and no browser speaks it.
bool is_own_name(std::string_view header) {
  const bool bracketed = header.starts_with('[');
  const std::string_view host =
      bracketed ? header.substr(1, header.rfind(']') - 1) : header.substr(0, header.rfind(':'));
  const std::string name(host);
  return header.empty() || ::strcasecmp(name.c_str(), "localhost") == 0 || is_number(name);
}

} // namespace

void router::get(std::string path, page answers) {
  get_later(std::move(path), [answers = std::move(answers)](const request& asked, const reply& to) {
    to([made = answers(asked)] { return made; });
  });
}

void router::get_later(std::string path, patient_page answers) {
  routes_.push_back({std::move(path), false, std::move(answers)});
}

void router::post_later(std::string path, patient_page answers) {
  routes_.push_back({std::move(path), true, std::move(answers)});
}

void router::answer_to(const request& asked, const reply& to) const {
  const auto refuse = [&](answer with) { to([with = std::move(with)] { return with; }); };
  if (!knows_token(asked)) return refuse({401, {}, {{"WWW-Authenticate", "Bearer"}}});
  if (known_ == host_names::own && !is_own_name(asked.host)) {
    return refuse({403,
                   fmt::format("'{}' may be anybody's name for this host: ask localhost or "
                               "127.0.0.1, or set auth_token of [admin]\n",
                               asked.host),
                   {}});
  }
  const auto found = std::find_if(routes_.begin(), routes_.end(),
                                  [&](const route& one) { return one.path == asked.path; });
  if (found == routes_.end()) return refuse(no_such_path());
  const bool fits =
      found->changes ? asked.method == "POST" : asked.method == "GET" || asked.method == "HEAD";
  if (!fits) {
    const char* const takes = found->changes ? "POST" : "GET and HEAD";
    return refuse({405,
                   fmt::format("{} takes {}\n", found->path, takes),
                   {{"Allow", found->changes ? "POST" : "GET, HEAD"}}});
  }
  if (found->changes && !asked.origin.empty()) {
    return refuse({403, "a web page may not do this; use `tempest` or curl\n", {}});
  }
  found->answers(asked, to);
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
