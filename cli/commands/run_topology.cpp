#include <memory>

#include "cli/commands/run_and_report.hpp"
#include "cli/commands/verbs.hpp"
#include "runtime/service/topology.hpp"

namespace tempest::cli {
namespace {

struct topology_request {
  run_flags flags;
  std::string host;
  std::string port;
};

int run(const topology_request& asked) {
  service::assembly_request request = assembly_request_of(asked.flags);
  if (!asked.host.empty()) request.overrides.push_back({"host", asked.host});
  if (!asked.port.empty()) request.overrides.push_back({"port", asked.port});
  request.part.all_tasks = false;
  return run_and_report(asked.flags, request, service::run_topology);
}

} // namespace

verb run_topology_verb() {
  auto asked = std::make_shared<topology_request>();
  verb made;
  made.name = "topology";
  made.summary = "Runs the source, and gives its messages to task processes that connect.";
  made.arguments = run_arguments(asked->flags);
  made.arguments.push_back({"--host",
                            "Where to listen, over the file's: a name, a number or unix:/path",
                            &asked->host, "H"});
  made.arguments.push_back(
      {"--port", "The port there; 0 is a free one, which the log names", &asked->port, "P"});
  made.examples = {
      {"tempest run topology",
       "until the source ends or Ctrl-C; reads once every task has a worker"},
      {"tempest run topology --port 0", "on a free port"},
      {"tempest run topology --host unix:/run/shop.sock", "for task processes of this host alone"},
      {"TEMPEST_TOKEN=... tempest run topology --host 0.0.0.0",
       "where auth_token = \"${TEMPEST_TOKEN}\""}};
  made.run = [asked] { return run(*asked); };
  return made;
}

} // namespace tempest::cli
