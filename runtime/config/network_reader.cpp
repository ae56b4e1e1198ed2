#include "runtime/config/network_reader.hpp"

#include <fmt/format.h>

#include "runtime/config/document.hpp"

namespace tempest::config {
namespace {

constexpr std::size_t longest_token = 1024; // it travels in the first frame, whose size is bounded

// A secret: whatever is wrong with it, nothing of it is repeated.
void read_token(table_reader& top, network_settings& network) {
  std::string token;
  if (!top.text("auth_token", token)) return;
  if (token.size() > longest_token) {
    return top.complain(top.find("auth_token")->where,
                        fmt::format("auth_token is longer than {} bytes", longest_token));
  }
  network.auth_token = std::move(token);
}

void read_tls(table_reader& top, const std::string& folder, network_settings& network,
              base::problems& found) {
  const value* const given = top.sub_table("tls");
  if (given == nullptr) return;
  table_reader reader(*given, "[tls]", found);
  network.tls_where = given->where;
  for (const auto& [key, file] :
       {std::pair{"cert", &network.tls_cert}, {"key", &network.tls_key}, {"ca", &network.tls_ca}}) {
    std::string path;
    if (reader.filled_text(key, path)) *file = absolute_path(folder, path);
    if (reader.find(key) != nullptr) continue;
    reader.complain(given->where, fmt::format("[tls] has no {}", key),
                    "it needs cert, key and ca, each a file in PEM form: both sides verify");
  }
  reader.finish();
}

} // namespace

void read_network(table_reader& top, const std::string& folder, network_settings& network,
                  base::problems& found) {
  top.filled_text("host", network.host, "write an address of this host, or unix:/path");
  top.count("port", 0, 65535, network.port);
  for (const char* key : {"port", "host"}) { // the host's place, when both are given
    if (const value* const given = top.find(key)) network.where = given->where;
  }
  read_token(top, network);
  top.flag("insecure", network.insecure);
  read_tls(top, folder, network, found);
}

} // namespace tempest::config
