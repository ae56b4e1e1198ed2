// The file that tells the kit of a plugin's options and broker.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/value.hpp"

namespace tempest::conformance {

struct settings {
  // Options of the plugin, with marks such as {case} still in them; nothing when it has no table.
  std::optional<config::value> source;
  std::optional<config::value> sink;
  // Options that the plugin must refuse, each in place of those above that it names.
  std::vector<config::value> wrong_source;
  std::vector<config::value> wrong_sink;
  std::string broker_host; // empty: none was given
  std::string broker_port;
  std::string fill;    // commands, see docs/plugin-check.md; empty: not given
  std::string read;    // of a sink's destination
  std::string keys;    // of the messages there
  std::string headers; // of the messages there: the values of `kit-header`
  std::string failed;  // prints what the broker keeps elsewhere of what failed
  std::string restart; // of the broker
  bool begins_anew = false;
  bool generator = false; // the source makes its messages itself; it begins anew, too
  std::uint64_t max_bytes = std::uint64_t{64} << 10; // of a payload that a sink has to take
  std::chrono::milliseconds patience{30000};         // without any progress
};

// What is wrong is appended to `found`; usable when that holds no error. Throws
// base::failure(no_input) when there is no such file.
[[nodiscard]] settings read_settings(const std::string& file, base::problems& found);

} // namespace tempest::conformance
