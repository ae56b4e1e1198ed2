// The kit's end of a process that drives a plugin.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "runtime/conformance/channel.hpp"
#include "runtime/conformance/site.hpp"
#include "runtime/conformance/started_process.hpp"

namespace tempest::conformance {

// One instance at most. One thread. All that waits throws stopped when the check is to end.
class plugin_process {
 public:
  // Starts it; throws base::failure when it does not come up.
  explicit plugin_process(site& at);
  ~plugin_process();
  plugin_process(const plugin_process&) = delete;
  plugin_process& operator=(const plugin_process&) = delete;

  // Has `request["do"]` done and returns the answer. Throws found when the plugin crashes there, a
  // function of it has not come back `patience` of the settings after `due_ms`, or it has printed
  // more than output_limit.
  nlohmann::json ask(nlohmann::json request, std::int64_t due_ms = 0);
  // Whether the plugin has that optional function; asks if so.
  bool offers(nlohmann::json request);

  void kill();  // as a crash would
  void pause(); // as a debugger or a frozen container would
  void resume();
  // Hangs up and waits for its end. Throws found when it does not end, or ends badly.
  void leave();

  // The options with which instances are made here.
  [[nodiscard]] const nlohmann::json& options() const { return options_; }

 private:
  [[nodiscard]] heard receive(nlohmann::json& message, std::int64_t limit_ns);
  std::optional<int> ended();
  void need_limited_output() const;
  [[noreturn]] void explain_end(const std::string& during);
  [[noreturn]] void end_hung(const std::string& during, std::int64_t limit_ns);

  site& site_;
  nlohmann::json options_;
  std::string printed_; // file that holds what it said
  int channel_ = -1;
  std::unique_ptr<started_process> process_;
};

} // namespace tempest::conformance
