#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "cli/commands/run_and_report.hpp"
#include "cli/commands/verbs.hpp"
#include "runtime/base/error.hpp"
#include "runtime/service/task_process.hpp"

namespace tempest::cli {
namespace {

struct task_flags {
  run_flags common;
  std::vector<std::string> names;
  std::string topologies;
  std::string workers;
  std::string poll_count;
  optional_duration max_backoff;
};

[[noreturn]] void refuse(const std::string& why) {
  throw base::failure(base::exit_code::usage, why);
}

std::vector<net::address> addresses_of(std::string_view list) {
  std::vector<net::address> made;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view one = list.substr(0, comma);
    const auto parsed = net::parse_address(one);
    if (!parsed) {
      refuse(fmt::format("--topology: '{}' is no address; write {}", one, net::address_forms));
    }
    made.push_back(*parsed);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return made;
}

// Where the topology of the same Topology.toml listens.
net::address default_address(const config::network_settings& network) {
  const auto listening = net::listening_address(network.host, network.port);
  if (!listening || (!listening->is_unix() && listening->port == 0)) {
    refuse("Topology.toml lets the topology find a free port; say which with --topology HOST:PORT");
  }
  return *listening;
}

std::string process_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return fmt::format("{}", ::getpid());
  return fmt::format("{}/{}", host.data(), ::getpid());
}

// The flags that stand for keys of every task that is served here.
service::assembly_request request_of(const task_flags& asked) {
  service::assembly_request made = assembly_request_of(asked.common);
  made.part = {.topology = false, .all_tasks = false, .tasks = asked.names};
  for (const std::string& name : asked.names) {
    if (!asked.workers.empty()) {
      made.overrides.push_back({fmt::format("task.{}.workers", name), asked.workers});
    }
    if (!asked.poll_count.empty()) {
      made.overrides.push_back({fmt::format("task.{}.poll_count", name), asked.poll_count});
    }
  }
  return made;
}

int run_task(const task_flags& asked) {
  service::task_options to;
  to.topologies = addresses_of(asked.topologies);
  to.name = process_name();
  if (asked.max_backoff) to.max_backoff = *asked.max_backoff;
  return run_and_report(asked.common, request_of(asked),
                        [&](const service::assembly& plan, const service::run_options& options) {
                          if (to.topologies.empty()) {
                            to.topologies.push_back(default_address(plan.settings.network));
                          }
                          return service::run_task_process(plan, options, to);
                        });
}

} // namespace

verb run_task_verb() {
  auto asked = std::make_shared<task_flags>();
  verb made;
  made.name = "task";
  made.summary = "Runs workers of some tasks, for topologies that run elsewhere.";
  made.arguments = {
      {"NAME", "Tasks of the topology", &asked->names, {}, {}, true},
      {"--topology", "Where topologies listen (default: host and port of the file)",
       &asked->topologies, "ADDRESS,..."},
      {"--workers", "Workers of each of these tasks", &asked->workers, "N"},
      {"--poll-count", "Most deliveries in one worker's hands", &asked->poll_count, "N"},
      {"--max-backoff", "Longest pause before a topology is looked for again (default: 30s)",
       &asked->max_backoff, "D"}};
  for (argument& one : run_arguments(asked->common)) made.arguments.push_back(std::move(one));
  made.examples = {
      {"tempest run task split count", "two tasks, for the topology of this Topology.toml"},
      {"tempest run task split --workers 4 --topology shop-1:8765,shop-2:8765",
       "for two topology processes"},
      {"tempest run task count --topology unix:/run/shop.sock --max-backoff 5s", ""}};
  made.run = [asked] { return run_task(*asked); };
  return made;
}

} // namespace tempest::cli
