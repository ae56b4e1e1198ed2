#include "runtime/net/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/utf8.hpp"
#include "runtime/wire/frame.hpp"

namespace tempest::net {
namespace {

constexpr std::string_view same_file = "do both sides read the same Topology.toml?";

// Text that the peer chose, for people.
std::string quoted(std::string_view text) {
  return fmt::format("'{}'", base::one_line(text.substr(0, 100)));
}

std::string wrong_leaf(const served_task& task) {
  return fmt::format("task {} has {} at the topology and {} at the task process: {}",
                     quoted(task.name), task.leaf ? "no children" : "children",
                     task.leaf ? "some" : "none", same_file);
}

// Why that task cannot be served; empty when it is `made`.
std::string read_task(const wire::hello_task& said, const server_settings& settings,
                      std::vector<session_task>& made) {
  const auto known = std::find_if(settings.tasks.begin(), settings.tasks.end(),
                                  [&](const served_task& one) { return one.name == said.name; });
  if (known == settings.tasks.end()) {
    return fmt::format("topology {} has no task {}: {}", quoted(settings.topology),
                       quoted(said.name), same_file);
  }
  if (known->leaf != said.leaf) return wrong_leaf(*known);
  const auto id = static_cast<engine::task_id>(known - settings.tasks.begin());
  const auto same = [&](const session_task& one) { return one.id == id; };
  if (std::any_of(made.begin(), made.end(), same)) {
    return fmt::format("task {} is named twice", quoted(said.name));
  }
  if (said.workers == 0) return fmt::format("task {} has no workers", quoted(said.name));
  if (said.workers > wire::most_workers) {
    return fmt::format("task {} has {} workers, which is more than {}", quoted(said.name),
                       said.workers, wire::most_workers);
  }
  made.push_back({id, said.workers});
  return {};
}

std::string read_tasks(const wire::hello& said, const server_settings& settings,
                       std::vector<session_task>& made) {
  if (said.tasks.empty()) return "it serves no task";
  for (const wire::hello_task& task : said.tasks) {
    if (std::string wrong = read_task(task, settings, made); !wrong.empty()) return wrong;
  }
  return {};
}

} // namespace

admission admit(const wire::hello& said, const server_settings& settings) {
  if (std::string wrong = wire::incompatible(said.major, said.minor); !wrong.empty()) {
    return {{}, wrong, wrong};
  }
  const std::string& token = settings.trusted.token;
  if (!token.empty() && !same_token(token, said.token)) {
    return {{},
            std::string(token_refusal),
            said.token.empty() ? "it has no auth_token" : "its auth_token is another one"};
  }
  if (said.topology != settings.topology) {
    const std::string wrong =
        fmt::format("this is topology {}, not {}: {}", quoted(settings.topology),
                    quoted(said.topology), same_file);
    return {{}, wrong, wrong};
  }
  admission made;
  made.refusal = read_tasks(said, settings, made.tasks);
  made.why = made.refusal;
  return made;
}

} // namespace tempest::net
