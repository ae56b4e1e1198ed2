#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
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
  std::vector<std::string> topologies; // lists
  std::string workers;
  std::string poll_count;
  optional_duration max_backoff;
};

[[noreturn]] void refuse(const std::string& why) {
  throw base::failure(base::exit_code::usage, why);
}

// An empty one is no address: most likely a variable was not set.
net::address address_of(std::string_view text, std::string_view list) {
  if (text.empty()) {
    refuse(
        fmt::format("--topology: an address is missing in '{}'; write {}, with one comma between "
                    "two, or leave --topology out for host and port of Topology.toml",
                    list, net::address_forms));
  }
  const auto parsed = net::parse_address(text);
  if (!parsed) {
    refuse(fmt::format("--topology: '{}' is no address; {}", text,
                       net::address_advice(text, fmt::format("write {}", net::address_forms))));
  }
  return *parsed;
}

std::vector<net::address> addresses_of(const std::vector<std::string>& lists) {
  std::vector<net::address> made;
  for (const std::string_view list : lists) {
    std::string_view rest = list;
    for (std::size_t comma = 0; (comma = rest.find(',')) != std::string_view::npos;) {
      made.push_back(address_of(rest.substr(0, comma), list));
      rest.remove_prefix(comma + 1);
    }
    made.push_back(address_of(rest, list));
  }
  return made;
}

void check_names(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  refuse(fmt::format(
      "task '{}' is named twice; name it once, and write --workers for more workers of it",
      *twice));
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
  check_names(asked.names);
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
      {"tempest run task count --set graceful_shutdown=5m",
       "told to end, it may finish and report for so long"},
      {"tempest run task count --topology unix:/run/shop.sock --max-backoff 5s", ""}};
  made.run = [asked] { return run_task(*asked); };
  return made;
}

} // namespace tempest::cli
