// What instances leave behind in their process.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "runtime/conformance/plugin_process.hpp"

namespace tempest::conformance {

class leftovers {
 public:
  // Now there is no instance.
  explicit leftovers(plugin_process& of) : process_(of), before_(now()) {}

  // There is none again. Throws found when threads, processes, sockets or other files are left; the
  // first look may find files that a library opens once and for all.
  void look(const std::string& when);
  [[nodiscard]] std::string words() const;

 private:
  [[nodiscard]] nlohmann::json now() const { return process_.ask({{"do", "resources"}}); }

  plugin_process& process_;
  nlohmann::json before_;
  bool first_ = true;
};

} // namespace tempest::conformance
