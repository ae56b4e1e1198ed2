// auth_token, insecure and [tls]: whom a listener lets in. Each listener has them in its own table.
#pragma once

#include <string>

#include "runtime/config/settings.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {

// Reads those keys of `home`. `tls_name`: how people call its table "tls". `folder`: where relative
// paths of files start.
void read_trust(table_reader& home, const std::string& tls_name, const std::string& folder,
                trust_settings& trust, base::problems& found);

} // namespace tempest::config
