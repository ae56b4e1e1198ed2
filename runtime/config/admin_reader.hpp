// [admin]: where a process tells how it is, and whom.
#pragma once

#include "runtime/config/settings.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {

// Reads that table of the top level. `folder`: where relative paths of files start.
void read_admin(table_reader& top, const std::string& folder, admin_settings& admin,
                base::problems& found);

} // namespace tempest::config
