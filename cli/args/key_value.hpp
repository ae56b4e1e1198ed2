// Arguments of the form KEY=VALUE: --set and --define.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/config/overrides.hpp"

namespace tempest::cli {

// Key and value, split at the first '='. Throws base::failure(usage) with `complaint` when there is
// no '=' or no key.
[[nodiscard]] std::pair<std::string, std::string> split_key_value(const std::string& text,
                                                                  const std::string& complaint);

// All `--set KEY=VALUE` as given. Throws base::failure(usage) for one that is none; it may hold a
// secret, so nothing of it is repeated.
[[nodiscard]] std::vector<config::override_value> parse_settings(
    const std::vector<std::string>& given);

} // namespace tempest::cli
