// The conformance kit: what is tried with a plugin, and what came of it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "runtime/conformance/settings.hpp"
#include "runtime/conformance/site.hpp"
#include "runtime/conformance/verdict.hpp"

namespace tempest::conformance {

// Names of the cases of a kind ("source", "sink").
[[nodiscard]] std::vector<std::string> case_names(const std::string& kind);

// How many messages the kit has made for the case so far.
using going_on = std::function<void(const std::string& name, std::size_t messages)>;

// Runs the cases of `wanted` (all when empty), one after the other, each in processes of its own;
// `goes_on` is told the name of each when it begins, and now and then while it lasts. Ends early
// when something that the kit needs does not work, such as a command of the settings: `broken_off`
// says what. Throws base::failure(bad_config) when the plugin's options of the settings are wrong;
// when it needs some and none are given, nothing is tried. Throws stopped soon after `stop` was
// set; nothing that it has started or made is left.
[[nodiscard]] plugin_report check(const subject& what, const settings& given,
                                  const std::vector<std::string>& wanted, const going_on& goes_on,
                                  const stop_flag& stop);

} // namespace tempest::conformance
