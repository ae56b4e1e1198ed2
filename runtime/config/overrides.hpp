// The command line's layer: --set KEY=VALUE over everything else.
#pragma once

#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/value.hpp"

namespace tempest::config {

// `--set key=value` of the command line: `topology.msg_timeout=5s`, `task.NAME.workers=2`,
// `source.config.key=x`. The value is TOML where it parses as such, else a string.
struct override_value {
  std::string key;
  std::string value;
};

// Lays each over `merged`, in order. A policy's type from here silences the file's keys that only
// retrying knows: who says `none` for one run need not take `attempts` out of the file.
void apply_overrides(value& merged, const std::vector<override_value>& overrides,
                     base::problems& found);

// The value of one --set: TOML where it is that, else plain text.
[[nodiscard]] value override_as_value(const override_value& given);

} // namespace tempest::config
