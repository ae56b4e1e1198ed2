// Metrics into a file of JSON lines, which is put aside when it has grown large.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

struct file_export {
  std::string path;     // its folder is made where there is none
  bool clobber = false; // empties the file at the start; else what comes is added to it
  std::uint64_t max_file_bytes = 64ull << 20;
  std::uint32_t max_files = 5; // PATH, PATH.1 (the one before), ...
  std::string prefix{};
  std::string instance{};
};

// One process writes a file: for another it is away.
[[nodiscard]] std::unique_ptr<exporter> make_file_exporter(file_export settings);

} // namespace tempest::metrics
