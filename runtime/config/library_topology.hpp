// What a topology library says, as the layer below the file.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tempest::config {

// The pipeline that a topology library declares (TEMPEST_KIND_TOPOLOGY), in its order.
struct library_topology {
  struct setting {
    std::string task; // empty: a key of [topology]
    std::string key;  // dots reach into tables
    std::string toml; // the value as it would stand in the file
  };
  std::string name;
  std::string library; // absolute path
  std::vector<std::string> tasks;
  std::vector<std::pair<std::string, std::string>> edges;
  std::vector<setting> settings;
};

} // namespace tempest::config
