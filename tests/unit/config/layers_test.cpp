// Command line > file > topology library > default.
#include "runtime/config/libraries.hpp"
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const library_topology library{"counted",
                               "/app/lib.so",
                               {"split", "count"},
                               {{"split", "count"}},
                               {{"", "msg_timeout", "\"7s\""},
                                {"", "max_pending", "70"},
                                {"split", "workers", "7"},
                                {"split", "poll_count", "70"},
                                {"split", "config.separator", "\"-\""},
                                {"split", "config.limit", "7"},
                                {"", "failure_policy.attempts", "7"},
                                {"", "failure_policy.backoff", "\"7s\""}}};
const std::string source = "[source]\ntype = 'm'\n";
const std::string from_library = source + "[topology]\nlibrary = 'lib.so'\n";

TEST(a_topology_library, gives_graph_name_and_settings) {
  const reading result = read(from_library, {}, &library);
  EXPECT_THAT(result.found, IsEmpty());
  EXPECT_EQ(result.made.name, "counted");
  EXPECT_EQ(result.made.library, "/app/lib.so");
  ASSERT_EQ(result.made.tasks.size(), 2u);
  EXPECT_EQ(result.made.tasks[0].workers, 7u);
  EXPECT_EQ(result.made.tasks[1].workers, 1u);
  EXPECT_EQ(result.made.edges.at(0).to, "count");
  EXPECT_EQ(result.made.limit.msg_timeout, milliseconds(7000));
  EXPECT_EQ(result.made.limit.max_deliveries, 20u);
}

TEST(the_file, lies_over_the_library_and_the_command_line_over_both) {
  const std::string text = "name = 'mine'\n" + from_library +
                           "msg_timeout = '8s'\nfailure_policy = { attempts = 8 }\n"
                           "[[task]]\nname = 'split'\nworkers = 8\nconfig = { separator = '+' }\n";
  const reading result =
      read(text, {{"topology.msg_timeout", "9s"}, {"task.split.config.limit", "9"}}, &library);
  EXPECT_THAT(result.found, IsEmpty());
  const settings& made = result.made;
  EXPECT_EQ(made.name, "mine");
  EXPECT_EQ(made.limit.msg_timeout, milliseconds(9000));
  EXPECT_EQ(made.limit.max_pending, 70u);
  EXPECT_EQ(made.policy.attempts, 8u);
  EXPECT_EQ(made.policy.backoff, milliseconds(7000));
  EXPECT_EQ(made.tasks[0].workers, 8u);
  EXPECT_EQ(made.tasks[0].poll_count, 70u);
  EXPECT_EQ(*made.tasks[0].plugin.options.at("separator").text(), "+");
  EXPECT_EQ(std::get<std::int64_t>(made.tasks[0].plugin.options.at("limit").data), 9);
}

TEST(a_policy_of_another_type, replaces_the_library_s) {
  const reading result = read(from_library + "failure_policy = { type = 'none' }\n", {}, &library);
  EXPECT_THAT(result.found, IsEmpty());
  EXPECT_EQ(result.made.policy.type, policy_type::none);
}

TEST(beside_a_library, edges_and_unknown_tasks_are_errors) {
  EXPECT_THAT(
      read(from_library + "[[edge]]\nfrom = 'split'\nto = 'count'\n[[task]]\nname = 'spilt'\n"
                          "[[task]]\nname = 'split'\n[[task]]\nname = 'split'\n",
           {}, &library)
          .found,
      testing::UnorderedElementsAre(
          "T.toml:5:1: error: [[edge]] cannot stand beside [topology] library (the library "
          "declares the pipeline; remove one of the two)",
          "T.toml:9:1: error: the topology library /app/lib.so has no task 'spilt' (did you mean "
          "'split'?)",
          "T.toml:13:1: error: task 'split' stands twice (put its keys together in one [[task]])"));
}

TEST(the_command_line, sets_any_key) {
  const reading result = read(whole("name = 'x'\n[topology]\nmax_pending = 5"),
                              {{"name", "y"},
                               {"topology.max_pending", "6"},
                               {"topology.failure_policy.attempts", "9"},
                               {"task.only.workers", "3"},
                               {"source.config.deep.er", "[1, 2]"},
                               {"source.config.id", "007"},
                               {"source.config.number", "1_0"},
                               {"dead_letter.sink", "file"}});
  EXPECT_THAT(result.found, IsEmpty());
  const settings& made = result.made;
  EXPECT_EQ(made.name, "y");
  EXPECT_EQ(made.limit.max_pending, 6u);
  EXPECT_EQ(made.policy.attempts, 9u);
  EXPECT_EQ(made.tasks.at(0).workers, 3u);
  EXPECT_EQ(made.dead_letter->type, "file");
  const table& options = made.source.plugin.options;
  EXPECT_EQ(options.at("deep").entries()->at("er").items()->size(), 2u);
  EXPECT_EQ(*options.at("id").text(), "007");
  EXPECT_EQ(std::get<std::int64_t>(options.at("number").data), 10);
  EXPECT_EQ(*options.at("number").text(), "1_0");
}

TEST(a_number_on_the_command_line, is_a_string_where_one_is_expected) {
  EXPECT_EQ(read(whole("name = 'x'"), {{"name", "5"}}).made.name, "5");
  EXPECT_EQ(read(whole("name = 'x'"), {{"name", "true"}}).made.name, "true");
}

TEST(a_number_on_the_command_line, that_does_not_fit_is_not_called_a_string) {
  EXPECT_THAT(read(whole("name = 'x'"), {{"task.only.workers", "99999999999999999999"}}).found,
              ElementsAre("--set task.only.workers: error: workers of task 'only' must be an "
                          "integer, not an integer beyond 64 bits"));
}

TEST(a_task_with_dots_in_its_name, can_be_set) {
  const std::string text = "name = 'x'\n" + source + "[[task]]\nname = 'a.b'\n";
  EXPECT_EQ(read(text, {{"task.a.b.workers", "4"}}).made.tasks.at(0).workers, 4u);
}

TEST(what_cannot_be_set, is_refused_without_its_value) {
  const std::string text = whole("name = 'x'");
  const auto said = [&](const std::string& key) { return read(text, {{key, "hush"}}).found; };
  const std::string not_a_key =
      ": error: this is not a key (write KEY=VALUE, as in --set "
      "topology.msg_timeout=5s)";
  for (const std::string key : {"", ".a", "a.", "a..b"}) {
    EXPECT_THAT(said(key), ElementsAre("--set " + key + not_a_key));
  }
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  EXPECT_THAT(said(deep), ElementsAre(testing::EndsWith(not_a_key)));
  EXPECT_THAT(said("task.olny.workers"),
              ElementsAre("--set task.olny.workers: error: there is no task 'olny' (did you mean "
                          "'only'?)"));
  EXPECT_THAT(said("task.only"),
              ElementsAre("--set task.only: error: it names a task but no key of "
                          "it (write task.NAME.KEY=VALUE)"));
  EXPECT_THAT(said("edge"), ElementsAre(testing::HasSubstr("the pipeline itself cannot be set")));
  EXPECT_THAT(
      said("topology.max_pendin"),
      ElementsAre("--set topology.max_pendin: error: unknown key 'max_pendin' in [topology] "
                  "(did you mean 'max_pending'?)"));
  EXPECT_THAT(said("task.only.workers"),
              ElementsAre("--set task.only.workers: error: workers of task 'only' must be an "
                          "integer, not a string"));
}

TEST(libraries, are_known_before_the_file_is_interpreted) {
  base::problems found;
  const document parsed = parse_text(
      "[topology]\nlibrary = 'a.so'\n[[task]]\nlibrary = '/b.so'\n"
      "[[task]]\nlibrary = '../b.so'\n",
      "T.toml", "/app", found);
  EXPECT_EQ(topology_library(parsed), "/app/a.so");
  EXPECT_THAT(named_libraries(parsed), ElementsAre("/app/a.so", "/b.so"));
  const std::vector<override_value> overrides = {{"topology.library", "c.so"},
                                                 {"task.x.library", "d.so"}};
  EXPECT_EQ(topology_library(parsed, overrides), "/app/c.so");
  EXPECT_THAT(named_libraries(parsed, overrides), ElementsAre("/app/c.so", "/b.so", "/app/d.so"));
  EXPECT_THAT(named_libraries(parse_text("", "T.toml", "/app", found)), IsEmpty());
}

TEST(libraries, of_some_tasks_alone) {
  base::problems found;
  const document parsed = parse_text(
      "[[task]]\nname = 'a'\nlibrary = '/a.so'\n[[task]]\nname = 'b'\nlibrary = '/b.so'\n",
      "T.toml", "/app", found);
  const auto wanted = [](std::string_view task) { return task == "b"; };
  const std::vector<override_value> overrides = {
      {"task.a.library", "c.so"}, {"task.b.library", "d.so"}, {"topology.library", "t.so"}};
  EXPECT_THAT(named_libraries(parsed, overrides, wanted),
              ElementsAre("/app/t.so", "/b.so", "/app/d.so"));
}

} // namespace
} // namespace tempest::config
