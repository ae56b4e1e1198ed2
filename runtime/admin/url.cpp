#include "runtime/admin/url.hpp"

#include <fmt/format.h>

namespace tempest::admin {
namespace {

// Behind the last colon, unless that is part of an IPv6 number.
bool has_port(std::string_view place) {
  const std::size_t colon = place.rfind(':');
  const std::size_t bracket = place.rfind(']');
  if (colon == std::string_view::npos) return false;
  return bracket == std::string_view::npos ? place.find(':') == colon : colon > bracket;
}

} // namespace

std::string url::text() const {
  if (place.is_unix()) return place.text();
  return fmt::format("{}://{}", tls ? "https" : "http", place.text());
}

std::optional<url> parse_url(std::string_view text) {
  constexpr std::string_view plain = "http://";
  constexpr std::string_view guarded = "https://";
  url made;
  made.tls = text.starts_with(guarded);
  const bool with_scheme = made.tls || text.starts_with(plain);
  if (with_scheme) {
    text.remove_prefix(made.tls ? guarded.size() : plain.size());
    if (text.ends_with('/')) text.remove_suffix(1);
    if (text.starts_with("unix:")) return std::nullopt;
  }
  std::string place(text);
  if (with_scheme && !has_port(text)) place += made.tls ? ":443" : ":80";
  const auto parsed = net::parse_address(place);
  if (!parsed) return std::nullopt;
  made.place = *parsed;
  return made;
}

} // namespace tempest::admin
