// The rules of a pipeline.
#include "runtime/config/graph_check.hpp"

#include <sstream>

#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "a b c!" are tasks (! = a sink), "a>b" edges. Task n stands on line n, edge n on line 100 + n.
std::vector<std::string> checked(const std::string& graph) {
  settings made;
  made.file = "T.toml";
  std::istringstream words(graph);
  for (std::string word; words >> word;) {
    if (const std::size_t arrow = word.find('>'); arrow != std::string::npos) {
      edge_settings edge;
      edge.from = word.substr(0, arrow);
      edge.to = word.substr(arrow + 1);
      edge.where = {"T.toml", static_cast<std::uint32_t>(100 + made.edges.size() + 1), 1};
      made.edges.push_back(edge);
      continue;
    }
    task_settings task;
    task.is_sink = word.ends_with("!");
    task.name = task.is_sink ? word.substr(0, word.size() - 1) : word;
    task.where = {"T.toml", static_cast<std::uint32_t>(made.tasks.size() + 1), 1};
    made.tasks.push_back(task);
  }
  base::problems found;
  check_graph(made, found);
  std::vector<std::string> lines;
  for (const base::problem& one : found) lines.push_back(one.line());
  if (lines.empty()) lines.push_back("root " + made.tasks[root_task(made)].name);
  return lines;
}

TEST(a_sound_pipeline, has_its_root) {
  EXPECT_THAT(checked("a"), ElementsAre("root a"));
  EXPECT_THAT(checked("b a c! a>b b>c"), ElementsAre("root a"));
  EXPECT_THAT(checked("a b c d a>b a>c b>d c>d"), ElementsAre("root a"));
}

TEST(a_broken_pipeline, is_told_what_rule_it_breaks) {
  EXPECT_THAT(checked(""), ElementsAre("T.toml: error: the pipeline has no task (add a [[task]])"));
  EXPECT_THAT(checked("root"), ElementsAre("T.toml:1:1: error: a task cannot be named 'root' (the "
                                           "word is taken: choose another)"));
  EXPECT_THAT(checked("a b a a>b"),
              ElementsAre("T.toml:3:1: error: there are two tasks named 'a' (give each its own "
                          "name; `type` says which plugin it runs)"));
  EXPECT_THAT(checked("split count split>cuont"),
              ElementsAre("T.toml:101:1: error: the edge comes to an unknown task 'cuont' (did you "
                          "mean 'count'?)"));
  EXPECT_THAT(checked("a b zzzz>b"), ElementsAre("T.toml:101:1: error: the edge comes from an "
                                                 "unknown task 'zzzz' (tasks are a, b)"));
  EXPECT_THAT(checked("a b a>b b>b"),
              ElementsAre("T.toml:102:1: error: the edge leads from 'b' to itself"));
  EXPECT_THAT(checked("a b a>b a>b"),
              ElementsAre("T.toml:102:1: error: the edge a -> b stands twice"));
  EXPECT_THAT(checked("a! b a>b"),
              ElementsAre("T.toml:101:1: error: 'a' is a sink: nothing comes out of it"));
}

TEST(a_cycle, is_printed) {
  EXPECT_THAT(checked("a b a>b b>a"),
              ElementsAre("T.toml:102:1: error: the edges form a cycle: a -> b -> a"));
  EXPECT_THAT(checked("s x y z s>x x>y y>z z>x"),
              ElementsAre("T.toml:104:1: error: the edges form a cycle: x -> y -> z -> x"));
}

TEST(several_roots, are_named) {
  EXPECT_THAT(checked("a b c a>b"),
              ElementsAre("T.toml:3:1: error: task 'c' cannot be reached: no edge leads to it, and "
                          "the root is 'a' (a pipeline has one root; add an [[edge]] to it or "
                          "remove the task)"));
  EXPECT_EQ(checked("a b c d").size(), 3u);
}

TEST(all_broken_rules, are_said_at_once) {
  EXPECT_EQ(checked("a b root a>c c>a b>b").size(), 4u);
}

} // namespace
} // namespace tempest::config
