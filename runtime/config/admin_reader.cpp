#include "runtime/config/admin_reader.hpp"

#include "runtime/config/trust_reader.hpp"

namespace tempest::config {
namespace {

void read_listener(table_reader& home, admin_listener& listener) {
  if (!home.filled_text("listen", listener.address, "remove it, or write HOST:PORT")) return;
  listener.where = home.find("listen")->where;
}

} // namespace

void read_admin(table_reader& top, const std::string& folder, admin_settings& admin,
                base::problems& found) {
  const value* const given = top.sub_table("admin");
  if (given == nullptr) return;
  table_reader reader(*given, "[admin]", found);
  read_listener(reader, admin.topology);
  read_trust(reader, "[admin.tls]", folder, admin, found);
  if (const value* const task = reader.sub_table("task")) {
    table_reader of_task(*task, "[admin.task]", found);
    read_listener(of_task, admin.task);
    of_task.finish();
  }
  reader.finish();
}

} // namespace tempest::config
