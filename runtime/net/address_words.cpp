#include "runtime/net/address_words.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <string_view>

namespace tempest::net {
namespace {

constexpr std::uint16_t first_free_port = 1024; // those below are for the privileged

std::string with(std::error_code why, std::string_view advice) {
  return advice.empty() ? why.message() : fmt::format("{}; {}", why.message(), advice);
}

std::string_view unix_listen_advice(std::error_code why) {
  if (why == std::errc::address_in_use) return "another process listens there: choose another path";
  if (why == std::errc::no_such_file_or_directory) return "its folder does not exist: make it";
  if (why == std::errc::not_a_directory) return "its folder is none: choose another path";
  if (why == std::errc::permission_denied) return "this user may not make files in its folder";
  return {};
}

std::string_view tcp_listen_advice(const address& where, std::error_code why) {
  if (why == std::errc::address_in_use) {
    return "another process listens there (ss -ltnp names it): choose another port, 0 is a free "
           "one";
  }
  if (why == std::errc::permission_denied && where.port < first_free_port) {
    return "ports below 1024 want the capability CAP_NET_BIND_SERVICE: choose a higher one";
  }
  if (why == std::errc::address_not_available) {
    return "no interface of this host has that address: choose one that has, or 0.0.0.0 or :: for "
           "all of them";
  }
  return {};
}

std::string too_many_files() {
  rlimit allowed{};
  ::getrlimit(RLIMIT_NOFILE, &allowed);
  return fmt::format(
      "this process may have {} open, and each connection needs one: raise the "
      "limit (ulimit -n, LimitNOFILE= of a systemd unit)",
      allowed.rlim_cur);
}

} // namespace

std::string listen_words(const address& where, std::error_code why) {
  return with(why, where.is_unix() ? unix_listen_advice(why) : tcp_listen_advice(where, why));
}

std::string accept_words(std::error_code why) {
  if (why == std::errc::too_many_files_open) return with(why, too_many_files());
  if (why == std::errc::too_many_files_open_in_system) {
    return with(why, "the whole host has no more: raise fs.file-max (sysctl)");
  }
  return why.message();
}

std::string dial_words(const address& where, std::error_code why) {
  if (why == std::errc::connection_refused) return with(why, "nobody listens there");
  if (why == std::errc::no_such_file_or_directory) {
    return with(why, "no topology has made that socket on this host");
  }
  if (why == std::errc::permission_denied && where.is_unix()) {
    return with(why, "this user may not write to that socket");
  }
  return accept_words(why);
}

} // namespace tempest::net
