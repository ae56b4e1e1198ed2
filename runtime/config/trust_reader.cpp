#include "runtime/config/trust_reader.hpp"

#include <fmt/format.h>

#include "runtime/config/document.hpp"

namespace tempest::config {
namespace {

constexpr std::size_t longest_token =
    1024; // it travels in a first frame or a header, of bounded size

// A secret: whatever is wrong with it, nothing of it is repeated.
void read_token(table_reader& home, trust_settings& trust) {
  std::string token;
  if (!home.text("auth_token", token)) return;
  if (token.size() > longest_token) {
    return home.complain(home.find("auth_token")->where,
                         fmt::format("auth_token is longer than {} bytes", longest_token));
  }
  trust.auth_token = std::move(token);
}

void read_tls(table_reader& home, const std::string& name, const std::string& folder,
              trust_settings& trust, base::problems& found) {
  const value* const given = home.sub_table("tls");
  if (given == nullptr) return;
  table_reader reader(*given, name, found);
  trust.tls_where = given->where;
  for (const auto& [key, file] :
       {std::pair{"cert", &trust.tls_cert}, {"key", &trust.tls_key}, {"ca", &trust.tls_ca}}) {
    std::string path;
    if (reader.filled_text(key, path)) *file = absolute_path(folder, path);
    if (reader.find(key) != nullptr) continue;
    reader.complain(given->where, fmt::format("{} has no {}", name, key),
                    "it needs cert, key and ca, each a file in PEM form: both sides verify");
  }
  reader.finish();
}

} // namespace

void read_trust(table_reader& home, const std::string& tls_name, const std::string& folder,
                trust_settings& trust, base::problems& found) {
  read_token(home, trust);
  home.flag("insecure", trust.insecure);
  read_tls(home, tls_name, folder, trust, found);
}

} // namespace tempest::config
