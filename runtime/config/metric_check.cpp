#include "runtime/config/metric_check.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <string_view>

#include "runtime/config/document.hpp"

namespace tempest::config {
namespace {

// Whether a rotation of `target` reaches `path`: PATH.1, PATH.2, ...
bool puts_aside_as(const metric_target& target, std::string_view path) {
  if (!path.starts_with(target.path)) return false;
  path.remove_prefix(target.path.size());
  if (!path.starts_with('.')) return false;
  path.remove_prefix(1);
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(path.data(), path.data() + path.size(), number);
  const bool whole = fault == std::errc() && end == path.data() + path.size();
  return whole && path.front() != '0' && number < target.max_files;
}

// Two that write the same file would be each other's stranger; of two that push to the same group
// each would replace what the other pushed.
void check_pair(const metric_target& one, const metric_target& other, base::problems& found) {
  if (one.type != other.type) return;
  const auto complain = [&](std::string text, const char* hint) {
    found.push_back({base::severity::error, one.where, std::move(text), hint});
  };
  if (one.type == metric_target_type::file) {
    if (one.path == other.path) {
      complain(fmt::format("two targets of [metric] write {}", one.path),
               "give each a path of its own");
    } else if (puts_aside_as(one, other.path) || puts_aside_as(other, one.path)) {
      complain(fmt::format("of the targets of [metric] that write {} and {}, one would put its "
                           "full file aside under the other's name",
                           other.path, one.path),
               "give each a name of its own");
    }
  } else if (one.type == metric_target_type::prometheus_push && one.uri == other.uri &&
             one.job == other.job) {
    complain(
        "two targets of [metric] push to the same group of one gateway, where each would "
        "replace what the other pushed",
        "give each a job of its own");
  }
}

void check_file(const metric_target& target, const std::string& file, const std::string& whose,
                base::problems& found) {
  if (file.empty() || (target.path != file && !puts_aside_as(target, file))) return;
  found.push_back({base::severity::error, target.where,
                   fmt::format("the file target would write over {}, which is {}", file, whose),
                   "write to another file"});
}

void check_files(const metric_target& target, const settings& topology, base::problems& found) {
  const std::string name = std::filesystem::path(topology.file).filename().string();
  check_file(target, absolute_path(topology.folder, name), "the topology's own file", found);
  check_file(target, topology.library, "the topology's library", found);
  for (const task_settings& task : topology.tasks) {
    check_file(target, task.library, fmt::format("the library of task '{}'", task.name), found);
  }
}

} // namespace

void check_metric_targets(const settings& topology, base::problems& found) {
  const std::vector<metric_target>& targets = topology.metric.targets;
  for (auto one = targets.begin(); one != targets.end(); ++one) {
    for (auto other = targets.begin(); other != one; ++other) check_pair(*one, *other, found);
    if (one->type == metric_target_type::file) check_files(*one, topology, found);
  }
}

} // namespace tempest::config
