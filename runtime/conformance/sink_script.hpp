// A sink as a case drives it: step by step, as its worker would.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/conformance/plugin_process.hpp"

namespace tempest::conformance {

// One instance in a process of its own.
class sink_script {
 public:
  // Makes the instance. Throws found when it cannot.
  explicit sink_script(site& at);

  bool connect(); // false: `error` says why
  // Connects until it succeeds. Throws found when it does not.
  void reach();
  // tempest_write_result each; `more` may hold "key" and "header", for all.
  std::vector<std::uint8_t> write(const std::vector<std::string>& payloads,
                                  nlohmann::json more = nlohmann::json::object());
  bool flush(); // false: `error` says why
  // Writes and flushes until all of them are confirmed, and connects anew when it has to. Throws
  // found when that does not come to its end, or one is rejected.
  void deliver(std::vector<std::string> payloads);
  bool healthy();
  void lost() { connected = false; } // as the host does when it is unhealthy
  void close();
  void destroy();
  // Closes, destroys and ends the process. Throws found when that leaves something behind.
  void end();
  // A new instance in the same process, after destroy.
  void make();

  std::string error;
  bool connected = false;
  plugin_process process;

 private:
  bool ask_well(const char* what);

  site& site_;
};

} // namespace tempest::conformance
