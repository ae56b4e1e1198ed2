#include "plugins/redis/uri.hpp"

#include <charconv>
#include <stdexcept>
#include <tuple>

namespace redis {

namespace {

constexpr std::string_view shape =
    "expected redis://[user:password@]host[:port][/database], rediss:// for TLS, or "
    "redis+unix://[user:password@]/path[?db=database]";

[[noreturn]] void refuse_uri(const std::string& what) {
  throw std::invalid_argument("uri: " + what + "; " + std::string(shape));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `what` names the part, since the part itself may be a secret.
std::string percent_decoded(std::string_view text, const char* what) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      refuse_uri(std::string("the ") + what +
                 " has a '%' without two hexadecimal digits (write a real percent sign as %25)");
    }
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

template <typename Number>
Number number(std::string_view text, const char* what, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    refuse_uri(std::string("the ") + what + " '" + std::string(text) + "' is not a number from " +
               std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

std::uint32_t read_database(std::string_view text) {
  return number<std::uint32_t>(text, "database", 0, 1'000'000);
}

void read_sign_in(std::string_view text, endpoint& to) {
  const std::size_t colon = text.find(':');
  to.user = percent_decoded(text.substr(0, colon), "user");
  if (colon != std::string_view::npos) {
    to.password = percent_decoded(text.substr(colon + 1), "password");
    to.has_password = true;
  } else if (!to.user.empty()) {
    refuse_uri("there is a user but no password");
  }
}

void read_host(std::string_view text, endpoint& to) {
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) refuse_uri("the '[' of the host has no ']'");
    to.host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') refuse_uri("after the ']' of the host comes no ':'");
    has_port = !rest.empty();
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = text.find(':');
    to.host = percent_decoded(text.substr(0, colon), "host");
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
    if (port.find(':') != std::string_view::npos) {
      refuse_uri("an IPv6 address must stand in brackets, as in redis://[::1]:6379");
    }
  }
  if (to.host.empty()) refuse_uri("the host is missing");
  if (has_port) to.port = number<std::uint16_t>(port, "port", 1, 65535);
}

// What follows the host, or the '@': a path and perhaps a database.
void read_path(std::string_view text, endpoint& to) {
  constexpr std::string_view only_query = "db=";
  const std::size_t mark = text.find('?');
  to.path = percent_decoded(text.substr(0, mark), "path");
  if (to.path.size() < 2 || to.path.front() != '/') {
    refuse_uri("the path of the socket is missing; it begins with '/'");
  }
  if (to.path.find('\0') != std::string::npos) refuse_uri("the path has a zero byte");
  if (mark == std::string_view::npos) return;
  const std::string_view query = text.substr(mark + 1);
  if (!query.starts_with(only_query)) refuse_uri("after the '?' only db=NUMBER has a meaning");
  to.database = read_database(query.substr(only_query.size()));
}

void read_host_and_database(std::string_view text, endpoint& to) {
  if (text.find_first_of("?#") != std::string_view::npos) {
    refuse_uri("there is a '?' or '#' after the host, which means nothing here");
  }
  const std::size_t slash = text.find('/');
  read_host(text.substr(0, slash), to);
  if (slash != std::string_view::npos && slash + 1 < text.size()) {
    to.database = read_database(text.substr(slash + 1));
  }
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

} // namespace

std::string endpoint::address() const {
  if (!path.empty()) return path;
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool endpoint::is_same_account(const endpoint& other) const {
  return std::tie(host, port, path, user, password) ==
         std::tie(other.host, other.port, other.path, other.user, other.password);
}

endpoint parse_uri(std::string_view uri) {
  endpoint parsed;
  const bool in_file_system = take_prefix(uri, "redis+unix://");
  if (!in_file_system && take_prefix(uri, "rediss://")) {
    parsed.tls.emplace();
  } else if (!in_file_system && !take_prefix(uri, "redis://")) {
    refuse_uri("it does not begin with redis://");
  }
  if (const std::size_t at = uri.rfind('@'); at != std::string_view::npos) {
    read_sign_in(uri.substr(0, at), parsed);
    uri.remove_prefix(at + 1);
  }
  if (in_file_system) {
    read_path(uri, parsed);
  } else {
    read_host_and_database(uri, parsed);
  }
  return parsed;
}

} // namespace redis
