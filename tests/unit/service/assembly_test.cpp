// A real topology library under a real Topology.toml: what `check` and `run` agree on.
#include "runtime/service/assembly.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace tempest::service {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class assembling : public testing::Test {
 protected:
  assembling() {
    char pattern[] = "/tmp/tempest-assembly-XXXXXX";
    folder_ = fs::canonical(::mkdtemp(pattern));
    ::setenv("XDG_CACHE_HOME", folder_.c_str(), 1);
    ::unsetenv("TEMPEST_PLUGIN_PATH");
    fs::create_directory(folder_ / "build");
    fs::copy_file(ASSEMBLY_LIBRARY, folder_ / "build/libwords.so");
  }
  ~assembling() override { fs::remove_all(folder_); }

  // Assembles the library's topology with `more` behind it.
  assembly assemble_with(const std::string& more,
                         const std::vector<config::override_value>& overrides = {},
                         const process_part& part = {}) {
    std::ofstream(folder_ / "Topology.toml")
        << "[source]\ntype = 'forgetful'\n[topology]\nlibrary = 'build/libwords.so'\n"
        << more;
    assembly made = assemble({folder_.string(), overrides, part});
    errors_.clear();
    for (const base::problem& one : made.found) {
      if (one.level != base::severity::error) continue;
      const std::string line = one.line();
      const std::string folder = folder_.string() + "/";
      errors_.push_back(line.starts_with(folder) ? line.substr(folder.size()) : line);
    }
    return made;
  }

  fs::path folder_;
  std::vector<std::string> errors_;
};

TEST_F(assembling, a_topology_library_gives_name_tasks_and_edges) {
  const assembly made = assemble_with("");
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_TRUE(made.runnable());
  EXPECT_EQ(made.settings.name, "word_count");
  ASSERT_EQ(made.tasks.size(), 2u);
  EXPECT_EQ(made.tasks[0].settings.name, "split");
  EXPECT_EQ(made.tasks[0].plugin.library, (folder_ / "build/libwords.so").string());
  EXPECT_THAT(made.tasks[0].children, ElementsAre(1u));
  EXPECT_EQ(made.root, 0u);
  EXPECT_EQ(made.traits.guarantee, TEMPEST_AT_MOST_ONCE);
}

TEST_F(assembling, a_task_of_the_file_overrides_the_library_by_name) {
  const assembly made = assemble_with(
      "[[task]]\nname = 'split'\nworkers = 3\nconfig = { separator = '-' }\n"
      "failure_policy = { attempts = 9 }\n");
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_EQ(made.tasks[0].settings.workers, 3u);
  EXPECT_EQ(made.tasks[0].settings.policy.attempts, 9u);
  EXPECT_EQ(made.tasks[1].settings.policy.attempts, 3u);
  const tempest_value& separator = made.tasks[0].plugin.options.view()->values[0];
  EXPECT_EQ(std::string(separator.text.data, separator.text.length), "-");
}

TEST_F(assembling, the_command_line_overrides_the_file) {
  const assembly made = assemble_with("[[task]]\nname = 'split'\nworkers = 3\n",
                                      {{"task.split.workers", "5"}, {"name", "mine"}});
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_EQ(made.tasks[0].settings.workers, 5u);
  EXPECT_EQ(made.settings.name, "mine");
}

TEST_F(assembling, unknown_tasks_and_edges_are_errors_beside_a_library) {
  (void)assemble_with("[[task]]\nname = 'spilt'\n[[edge]]\nfrom = 'count'\nto = 'split'\n");
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_THAT(errors_, testing::Contains(
                           testing::AllOf(HasSubstr("has no task 'spilt' (did you mean 'split'?)"),
                                          testing::StartsWith("Topology.toml:6:1: error: "))));
  EXPECT_THAT(errors_, testing::Contains(testing::AllOf(
                           HasSubstr("[[edge]] cannot stand beside [topology] library"),
                           testing::StartsWith("Topology.toml:7:1: error: "))));
}

TEST_F(assembling, every_plugin_that_is_not_there_is_named_at_once) {
  (void)assemble_with("[dead_letter]\nsink = 'letter_bx'\n",
                      {{"source.type", "forgetfull"}, {"task.count.type", "cuont"}});
  EXPECT_THAT(errors_, testing::UnorderedElementsAre(
                           testing::AllOf(HasSubstr("there is no source 'forgetfull'"),
                                          HasSubstr("did you mean 'forgetful'?")),
                           HasSubstr("there is no task 'cuont' (did you mean 'count'?)"),
                           testing::AllOf(HasSubstr("there is no sink 'letter_bx'"),
                                          HasSubstr("did you mean 'letter_box'?"))));
}

TEST_F(assembling, problems_are_said_in_the_order_of_the_file) {
  (void)assemble_with("nonsense = 1\nmax_pending = 'x'\nmsg_timeout = true\n[more]\n",
                      {{"source.config.x", "1"}});
  ASSERT_EQ(errors_.size(), 5u);
  EXPECT_THAT(errors_[0], testing::StartsWith("Topology.toml:5:1: error: unknown key 'nonsense'"));
  EXPECT_THAT(errors_[1], testing::StartsWith("Topology.toml:6:1: error: max_pending"));
  EXPECT_THAT(errors_[2], testing::StartsWith("Topology.toml:7:1: error: msg_timeout"));
  EXPECT_THAT(errors_[3], testing::StartsWith("Topology.toml:8:1: error: unknown key 'more'"));
  EXPECT_THAT(errors_[4], testing::StartsWith("--set source.config.x: error: "));
}

TEST_F(assembling, a_library_that_a_task_names_is_refused_there_and_only_there) {
  (void)assemble_with("", {{"source.type", "nowhere"}, {"task.split.library", "build/none.so"}});
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_THAT(errors_, testing::Contains(testing::AllOf(HasSubstr("there is no source 'nowhere'"),
                                                        testing::Not(HasSubstr("none.so")))));
  EXPECT_THAT(errors_,
              testing::Contains(HasSubstr("build/none.so of task 'split' cannot be used")));
}

TEST_F(assembling, options_are_checked_without_making_anything) {
  (void)assemble_with("[[task]]\nname = 'split'\nconfig = { seperator = '-' }\n");
  EXPECT_THAT(errors_,
              ElementsAre("Topology.toml:7:12: error: split has no option 'seperator' (did "
                          "you mean 'separator'?)"));
}

TEST_F(assembling, what_loses_messages_is_said) {
  const assembly made = assemble_with("[[task]]\nname = 'count'\nworkers = 2\n");
  std::string said;
  for (const base::problem& one : made.found) said += one.line() + "\n";
  EXPECT_THAT(said, HasSubstr("source 'forgetful' is at most once"));
  EXPECT_THAT(said, HasSubstr("/Topology.toml:3:1: warning: there is no [dead_letter], and "
                              "on_exhausted is not set"));
  EXPECT_THAT(said, HasSubstr("task 'count' is only right with one worker, and has 2"));
  const assembly chosen =
      assemble_with("failure_policy = { on_exhausted = 'leave' }\n[[task]]\nname = 'count'\n");
  EXPECT_EQ(chosen.found.size(), 1u) << "the source alone is warned of";
  const assembly of_a_task =
      assemble_with("[[task]]\nname = 'count'\n", {}, {false, false, {"count"}});
  EXPECT_TRUE(of_a_task.found.empty()) << "the topology's process says it";
}

TEST_F(assembling, a_library_without_a_topology_or_without_the_file_is_named) {
  (void)assemble_with("", {{"topology.library", "build/none.so"}});
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_THAT(errors_[0], HasSubstr("build/none.so"));
  std::ofstream(folder_ / "build/garbage.so") << "no library";
  (void)assemble_with("", {{"topology.library", "build/garbage.so"}});
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_THAT(errors_[0], HasSubstr("build/garbage.so"));
}

TEST_F(assembling, a_part_needs_its_own_plugins_alone) {
  const std::vector<config::override_value> elsewhere = {{"task.count.type", "not_here"}};
  const assembly topology = assemble_with("", elsewhere, {true, false, {}});
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_NE(topology.source.descriptor, nullptr);
  ASSERT_EQ(topology.tasks.size(), 2u);
  EXPECT_EQ(topology.tasks[0].plugin.descriptor, nullptr);
  EXPECT_THAT(topology.tasks[0].children, ElementsAre(1u));

  const std::vector<config::override_value> no_source = {{"task.count.type", "not_here"},
                                                         {"source.type", "not_here"}};
  const assembly task =
      assemble_with("[dead_letter]\nsink = 'not_here'\n", no_source, {false, false, {"split"}});
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_EQ(task.source.descriptor, nullptr);
  ASSERT_EQ(task.tasks.size(), 2u);
  EXPECT_NE(task.tasks[0].plugin.descriptor, nullptr);
  EXPECT_EQ(task.tasks[1].plugin.descriptor, nullptr);

  (void)assemble_with("", elsewhere, {false, false, {"count"}});
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("there is no task 'not_here'")));
}

TEST_F(assembling, a_part_does_not_look_for_libraries_of_others) {
  const std::string other = "[[task]]\nname = 'count'\nlibrary = 'build/elsewhere.so'\n";
  const assembly made = assemble_with(other, {}, {false, false, {"split"}});
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_THAT(made.plugins.rejected(), IsEmpty());
  (void)assemble_with(other, {}, {false, false, {"count"}});
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("build/elsewhere.so")));
}

TEST_F(assembling, a_part_of_an_unknown_task_gets_a_hint) {
  (void)assemble_with("", {}, {false, false, {"split", "cuont"}});
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("topology 'word_count' has no task 'cuont' (did you "
                                             "mean 'count'?)")));
}

TEST_F(assembling, a_topology_that_anybody_could_reach_is_refused) {
  const std::vector<config::override_value> beyond = {{"host", "0.0.0.0"}};
  (void)assemble_with("", beyond);
  EXPECT_THAT(errors_,
              ElementsAre(testing::AllOf(testing::StartsWith("--set host: error: a topology that "
                                                             "listens on 0.0.0.0:8765 "),
                                         HasSubstr("set auth_token"))));
  for (const auto& [key, value] : {std::pair{"insecure", "true"}, {"auth_token", "hush"}}) {
    (void)assemble_with("", {beyond[0], {key, value}});
    EXPECT_THAT(errors_, IsEmpty()) << key;
  }
  for (const char* here : {"localhost", "::1", "127.0.0.2", "unix:/run/shop.sock"}) {
    (void)assemble_with("", {{"host", here}});
    EXPECT_THAT(errors_, IsEmpty()) << here;
  }
  (void)assemble_with("", {{"host", "here:80"}});
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("host = \"here:80\" is no address")));
  (void)assemble_with("", {{"host", "unix:/" + std::string(200, 'x')}});
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("at most 107 bytes, this one has 201")));
}

TEST_F(assembling, an_admin_that_anybody_could_ask_is_refused) {
  const std::string open = "[admin]\nlisten = '0.0.0.0:1'\n[admin.task]\nlisten = ':2'\n";
  const auto of_the_topology = HasSubstr("[admin] that listens on 0.0.0.0:1 can be reached");
  const auto of_the_task = HasSubstr("listen = \":2\" of [admin.task] is no address");
  (void)assemble_with(open);
  EXPECT_THAT(
      errors_,
      ElementsAre(testing::AllOf(testing::StartsWith("Topology.toml:6:1: "), of_the_topology),
                  testing::AllOf(testing::StartsWith("Topology.toml:8:1: "), of_the_task)));
  (void)assemble_with(open, {}, {true, false, {}});
  EXPECT_THAT(errors_, ElementsAre(of_the_topology));
  (void)assemble_with(open, {}, {false, false, {"split"}});
  EXPECT_THAT(errors_, ElementsAre(of_the_task));
  for (const auto& [key, value] : {std::pair{"admin.insecure", "true"},
                                   {"admin.auth_token", "hush"},
                                   {"admin.listen", "[::1]:0"}}) {
    (void)assemble_with(open, {{key, value}}, {true, false, {}});
    EXPECT_THAT(errors_, IsEmpty()) << key;
  }
  (void)assemble_with(open, {{"auth_token", "hush"}, {"insecure", "true"}}, {true, false, {}});
  EXPECT_THAT(errors_, ElementsAre(of_the_topology)) << "the topology's own are not for admin";
}

TEST_F(assembling, files_of_tls_for_a_listener_that_is_not_ours_are_not_asked_for) {
  const std::string tls =
      "[admin]\nlisten = 'localhost:1'\n"
      "[admin.tls]\ncert = 'none.crt'\nkey = 'a.key'\nca = 'ca.crt'\n";
  (void)assemble_with(tls);
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_THAT(errors_[0], testing::StartsWith("Topology.toml:7:1: error: [admin.tls] cert = "));
  (void)assemble_with(tls, {}, {false, false, {"split"}});
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(assembling, files_of_tls_that_cannot_be_used_are_named) {
  (void)assemble_with("[tls]\ncert = 'none.crt'\nkey = 'a.key'\nca = 'ca.crt'\n",
                      {{"host", "0.0.0.0"}});
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_THAT(errors_[0], testing::StartsWith("Topology.toml:5:1: error: [tls] cert = "));
  EXPECT_THAT(errors_[0], HasSubstr("none.crt\" cannot be used: "));
}

TEST_F(assembling, a_file_of_tls_that_is_missing_is_one_error) {
  (void)assemble_with("[tls]\ncert = 'none.crt'\nkey = 'a.key'\n", {});
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("[tls] has no ca")));
}

TEST_F(assembling, a_time_out_longer_than_a_lease_that_is_not_renewed_is_refused) {
  (void)assemble_with("", {{"source.type", "leased"}}); // msg_timeout is 30 s
  EXPECT_THAT(errors_, ElementsAre(testing::AllOf(
                           HasSubstr("msg_timeout (by default) is 30000 ms, longer than the lease "
                                     "of source 'leased', 20000 ms"),
                           HasSubstr("set msg_timeout in [topology] to at most 20000"))));
  (void)assemble_with("msg_timeout = '21s'\n", {{"source.type", "leased"}});
  EXPECT_THAT(errors_,
              ElementsAre(testing::StartsWith("Topology.toml:5:1: error: msg_timeout is")));
  (void)assemble_with("", {{"source.type", "leased"}, {"topology.msg_timeout", "20001"}});
  EXPECT_THAT(errors_, ElementsAre(testing::StartsWith(
                           "--set topology.msg_timeout: error: msg_timeout is 20001 ms, longer")));
  (void)assemble_with("msg_timeout = '20s'\n", {{"source.type", "leased"}});
  EXPECT_THAT(errors_, IsEmpty());
  (void)assemble_with("msg_timeout = '21s'\n", {{"source.type", "renewed"}});
  EXPECT_THAT(errors_, IsEmpty());
}

} // namespace
} // namespace tempest::service
