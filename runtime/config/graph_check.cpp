#include "runtime/config/graph_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/base/edit_distance.hpp"

namespace tempest::config {
namespace {

class graph_checker {
 public:
  graph_checker(const settings& checked, base::problems& found)
      : settings_(checked), found_(found) {}

  void check() {
    if (settings_.tasks.empty()) {
      return fail({settings_.file, 0, 0}, "the pipeline has no task", "add a [[task]]");
    }
    const std::size_t before = found_.size();
    check_names();
    check_edges();
    if (found_.size() != before || has_cycle()) return; // roots make no sense without a sound graph
    check_roots();
  }

 private:
  void fail(const base::location& where, std::string text, std::string hint = {}) {
    found_.push_back({base::severity::error, where, std::move(text), std::move(hint)});
  }

  void check_names() {
    for (const task_settings& task : settings_.tasks) {
      if (task.name == "root") {
        fail(task.where, "a task cannot be named 'root'", "the word is taken: choose another");
      }
      if (!names_.insert(task.name).second) {
        fail(task.where, fmt::format("there are two tasks named '{}'", task.name),
             "give each its own name; `type` says which plugin it runs");
      }
      if (task.is_sink) sinks_.insert(task.name);
    }
  }

  void check_end(const edge_settings& edge, const std::string& name, const char* side) {
    if (names_.contains(name)) return;
    const std::vector<std::string> known(names_.begin(), names_.end());
    const std::string hint = base::did_you_mean(name, known);
    fail(edge.where, fmt::format("the edge comes {} an unknown task '{}'", side, name),
         hint.empty() ? fmt::format("tasks are {}", fmt::join(known, ", ")) : hint);
  }

  void check_edges() {
    std::set<std::pair<std::string, std::string>> seen;
    for (const edge_settings& edge : settings_.edges) {
      check_end(edge, edge.from, "from");
      if (edge.from == edge.to) {
        fail(edge.where, fmt::format("the edge leads from '{}' to itself", edge.from));
        continue;
      }
      check_end(edge, edge.to, "to");
      if (!seen.emplace(edge.from, edge.to).second) {
        fail(edge.where, fmt::format("the edge {} -> {} stands twice", edge.from, edge.to));
      }
      if (sinks_.contains(edge.from)) {
        fail(edge.where, fmt::format("'{}' is a sink: nothing comes out of it", edge.from));
      }
      children_[edge.from].push_back(&edge);
      parents_[edge.to].push_back(edge.from);
    }
  }

  // Depth first; the way walked so far is the cycle when a task on it comes again. Iterative, so
  // that a long chain is no deep recursion.
  bool has_cycle() {
    std::set<std::string> done;
    std::set<std::string> on_way;
    for (const std::string& start : names_) {
      std::vector<std::pair<std::string, std::size_t>> way{{start, 0}};
      while (!way.empty()) {
        auto& [name, next] = way.back();
        const auto& out = children_[name];
        if (done.contains(name) || next == out.size()) {
          done.insert(name);
          on_way.erase(name);
          way.pop_back();
          continue;
        }
        on_way.insert(name);
        const edge_settings& edge = *out[next++];
        if (on_way.contains(edge.to)) {
          const auto again = std::find_if(way.begin(), way.end(),
                                          [&](const auto& step) { return step.first == edge.to; });
          std::string cycle;
          for (auto step = again; step != way.end(); ++step) cycle += step->first + " -> ";
          fail(edge.where, fmt::format("the edges form a cycle: {}{}", cycle, edge.to));
          return true;
        }
        way.emplace_back(edge.to, 0);
      }
    }
    return false;
  }

  void check_roots() {
    std::vector<const task_settings*> roots;
    for (const task_settings& task : settings_.tasks) {
      if (parents_[task.name].empty()) roots.push_back(&task);
    }
    for (std::size_t i = 1; i < roots.size(); ++i) {
      fail(roots[i]->where,
           fmt::format("task '{}' cannot be reached: no edge leads to it, and the root is '{}'",
                       roots[i]->name, roots[0]->name),
           "a pipeline has one root; add an [[edge]] to it or remove the task");
    }
  }

  const settings& settings_;
  base::problems& found_;
  std::set<std::string> names_;
  std::set<std::string> sinks_;
  std::map<std::string, std::vector<const edge_settings*>> children_;
  std::map<std::string, std::vector<std::string>> parents_;
};

} // namespace

void check_graph(const settings& checked, base::problems& found) {
  graph_checker(checked, found).check();
}

std::size_t root_task(const settings& checked) {
  std::set<std::string> targets;
  for (const edge_settings& edge : checked.edges) targets.insert(edge.to);
  std::size_t root = 0;
  while (targets.contains(checked.tasks[root].name)) ++root;
  return root;
}

} // namespace tempest::config
