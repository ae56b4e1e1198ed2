// What an error about a mistyped word ends with.
#pragma once

#include <string>
#include <vector>

namespace tempest::cli {

// "; did you mean word?" with the nearest of `known`; empty when none is near.
[[nodiscard]] std::string did_you_mean(const std::string& word,
                                       const std::vector<std::string>& known);

} // namespace tempest::cli
