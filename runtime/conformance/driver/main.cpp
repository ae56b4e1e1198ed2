// tempest-driver LIBRARY KIND NAME: loads the plugin and does with it what the kit says over
// descriptor 3, one request after the other, until it hangs up. If it crashes or hangs, the kit
// sees that.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "runtime/base/clock.hpp"
#include "runtime/conformance/channel.hpp"
#include "runtime/conformance/driver/side.hpp"
#include "runtime/plugin/load.hpp"

namespace {

namespace conformance = tempest::conformance;
using nlohmann::json;

const tempest_descriptor* find(const char* path, std::string_view kind, std::string_view name,
                               std::string& reason) {
  const tempest_library* const library = tempest::plugin::load(path, reason);
  if (library == nullptr) return nullptr;
  const std::uint32_t wanted = kind == "source" ? TEMPEST_KIND_SOURCE : TEMPEST_KIND_SINK;
  for (std::uint32_t i = 0; i < library->count; ++i) {
    const tempest_descriptor* const one = library->descriptors[i];
    if (one->kind == wanted && one->name == name) return one;
  }
  reason = "it has no such plugin";
  return nullptr;
}

void serve(conformance::side& plugin) {
  json request;
  while (conformance::receive(conformance::channel_descriptor, request, tempest::base::never_ns) ==
         conformance::heard::message) {
    if (!conformance::send(conformance::channel_descriptor, plugin.answer(request))) return;
  }
}

} // namespace

int main(int count, char** arguments) try {
  if (count != 4) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1); // what the plugin leaves behind stays in sight
  fcntl(conformance::channel_descriptor, F_SETFD, FD_CLOEXEC);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none); // a crash here is a finding, not a case for a debugger
  signal(SIGPIPE, SIG_IGN);      // as in `tempest run`
  std::string reason;
  const tempest_descriptor* const plugin = find(arguments[1], arguments[2], arguments[3], reason);
  const json hello{{"reason", plugin != nullptr ? "" : reason}};
  if (!conformance::send(conformance::channel_descriptor, hello) || plugin == nullptr) return 1;
  const bool source = plugin->kind == TEMPEST_KIND_SOURCE;
  auto driven =
      source ? conformance::make_source_side(*plugin) : conformance::make_sink_side(*plugin);
  serve(*driven);
  driven.reset(); // so that leaks are seen by a build that looks for them
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
