#include "runtime/config/admin_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/config/document.hpp"
#include "runtime/config/trust_reader.hpp"

namespace tempest::config {
namespace {

void read_listener(table_reader& home, admin_listener& listener) {
  if (!home.filled_text("listen", listener.address, "remove it, or write HOST:PORT")) return;
  listener.where = home.find("listen")->where;
}

void check_token(table_reader& home, const admin_settings& admin) {
  const std::string_view fault = bearer_fault(admin.auth_token);
  if (fault.empty()) return;
  home.complain(home.find("auth_token")->where,
                fmt::format("auth_token of [admin] {}: no request can carry that, so everybody "
                            "would be refused",
                            fault),
                "write the secret without it; printf makes a file without the newline that echo "
                "adds");
}

// What was complained of within `part`: places of values that could not be told.
void keep_those_within(const value& part, const base::problems& all, base::problems& found) {
  if (const table* const entries = part.entries()) {
    for (const auto& [name, entry] : *entries) keep_those_within(entry, all, found);
    return;
  }
  for (const base::problem& one : all) {
    const bool here = one.where.line == part.where.line && one.where.column == part.where.column;
    if (here) found.push_back(one);
  }
}

} // namespace

void read_admin(table_reader& top, const std::string& folder, admin_settings& admin,
                base::problems& found) {
  const value* const given = top.sub_table("admin");
  if (given == nullptr) return;
  table_reader reader(*given, "[admin]", found);
  read_listener(reader, admin.topology);
  read_trust(reader, "[admin.tls]", folder, admin, found);
  check_token(reader, admin);
  if (const value* const task = reader.sub_table("task")) {
    table_reader of_task(*task, "[admin.task]", found);
    read_listener(of_task, admin.task);
    of_task.finish();
  }
  reader.finish();
}

// Blanks around it are no part of a header's value.
std::string_view bearer_fault(std::string_view token) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (token.empty()) return {};
  if (token.back() == '\n' || token.back() == '\r') return "ends with a newline";
  if (std::any_of(token.begin(), token.end(), is_control)) return "has a control character in it";
  if (token.front() == ' ') return "begins with a blank";
  if (token.back() == ' ') return "ends with a blank";
  return {};
}

admin_settings admin_of(const std::string& path, base::problems& found) {
  base::problems all;
  const document parsed = parse_file(path, all);
  admin_settings made;
  if (!parsed.well_formed) {
    found.insert(found.end(), all.begin(), all.end());
    return made;
  }
  const table& root = *parsed.root.entries();
  if (const auto admin = root.find("admin"); admin != root.end()) {
    keep_those_within(admin->second, all, found);
  }
  table_reader top(parsed.root, "the top level", found);
  read_admin(top, parsed.folder, made, found);
  return made;
}

} // namespace tempest::config
