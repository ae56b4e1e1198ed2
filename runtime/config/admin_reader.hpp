// [admin]: where a process tells how it is, and whom.
#pragma once

#include <string>
#include <string_view>

#include "runtime/config/settings.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {

// Reads that table of the top level. `folder`: where relative paths of files start.
void read_admin(table_reader& top, const std::string& folder, admin_settings& admin,
                base::problems& found);

// That table alone, of a file whose other parts may be wrong here: commands that ask a running
// process need no more of it. Complains to `found` of what is wrong in it.
[[nodiscard]] admin_settings admin_of(const std::string& path, base::problems& found);

// Why no header of a request can carry a token, so that nobody who sends it would be let in; empty:
// one can. Repeats nothing of it.
[[nodiscard]] std::string_view bearer_fault(std::string_view token);

} // namespace tempest::config
