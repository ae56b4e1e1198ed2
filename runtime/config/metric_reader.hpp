// [metric] and its targets.
#pragma once

#include <string>

#include "runtime/config/settings.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {

// Reads that table of the top level. `folder`: where relative paths of files start.
void read_metric(table_reader& top, const std::string& folder, metric_settings& metric,
                 base::problems& found);

} // namespace tempest::config
