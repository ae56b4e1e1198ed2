// What is wrong with a file, and how it is said: one table, one line of output each.
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

struct example {
  std::string text;
  std::vector<std::string> wanted; // lines, in order
};

void expect(const std::vector<example>& examples) {
  for (const example& one : examples) {
    EXPECT_THAT(read(one.text).found, ElementsAreArray(one.wanted)) << one.text;
  }
}

TEST(a_file, that_is_sound_has_no_problems) {
  EXPECT_THAT(read(whole("name = 'x'")).found, IsEmpty());
}

TEST(unknown_keys, are_errors_with_place_and_nearest_key) {
  expect(
      {{whole("nmae = 'x'\nname = 'x'"),
        {"T.toml:1:1: error: unknown key 'nmae' in the top level (did you mean 'name'?)"}},
       {whole("name = 'x'\n[topology]\n  max_pendin = 5"),
        {"T.toml:3:3: error: unknown key 'max_pendin' in [topology] (did you mean "
         "'max_pending'?)"}},
       {whole("name = 'x'\n[topology]\nfailure_policy = { type = 'retry', atempts = 5 }"),
        {"T.toml:3:36: error: unknown key 'atempts' in failure_policy (did you mean "
         "'attempts'?)"}},
       {whole("name = 'x'\n[quite_another]\n"),
        {"T.toml:2:1: error: unknown key 'quite_another' in the top level (known here: name, "
         "graceful_shutdown, host, port, auth_token, insecure, tls, admin, metric, topology, "
         "source, "
         "dead_letter, task, edge)"}},
       {whole("name = 'x'\n[topology]\nfailure_policy = { type = 'none', pause = 5 }"),
        {"T.toml:3:35: error: unknown key 'pause' in failure_policy (known here: type)"}},
       {"name = 'x'\n[source]\ntype = 'mock'\nconfg = {}\n[[task]]\nname = 'a'\n\"wor kers\" = 1",
        {"T.toml:4:1: error: unknown key 'confg' in [source] (did you mean 'config'?)",
         "T.toml:7:1: error: unknown key 'wor kers' in task 'a' (did you mean 'workers'?)"}}});
}

TEST(keys_of_2019, get_a_warning_that_says_why) {
  EXPECT_THAT(read("name = 'x'\n[source]\ntype = 'mock'\n[[task]]\nname = 'a'\n"
                   "poll_interval = 1\nmax_backoff = 5000\npoll_count = 10\n")
                  .found,
              ElementsAre("T.toml:6:1: warning: poll_interval of task 'a' has no use: deliveries "
                          "are pushed to workers, nobody polls",
                          "T.toml:7:1: warning: max_backoff of task 'a' has no use: deliveries are "
                          "pushed to workers, nobody polls"));
}

TEST(wrong_values, are_named_with_what_would_be_right) {
  const auto topology = [](const std::string& line) {
    return whole("name = 'x'\n[topology]\n" + line);
  };
  const std::string at = "T.toml:3:1: error: ";
  const std::string units =
      " (write milliseconds or a string such as \"500ms\", \"30s\", \"5m\", "
      "\"1h\")";
  expect(
      {{topology("max_pending = 'many'"),
        {at + "max_pending of [topology] must be an integer, not a string"}},
       {topology("max_pending = 1.5"),
        {at + "max_pending of [topology] must be an integer, not a number"}},
       {topology("max_pending = 0"),
        {at + "max_pending of [topology] is 0; it must be from 1 to 1099511627776"}},
       {topology("max_pending = -3"),
        {at + "max_pending of [topology] is -3; it must be from 1 to 1099511627776"}},
       {topology("msg_timeout = '5 parsecs'"),
        {at + "msg_timeout of [topology] is no duration" + units}},
       {topology("msg_timeout = 1.5"), {at + "msg_timeout of [topology] is no duration" + units}},
       {topology("msg_timeout = 0"),
        {at + "msg_timeout of [topology] is 0 ms; it must be from 1 ms to a year"}},
       {topology("msg_timeout = -5"),
        {at + "msg_timeout of [topology] is -5 ms; it must be from 1 ms to a year"}},
       {topology("max_pending_bytes = '64 parsecs'"),
        {at + "max_pending_bytes of [topology] is no size (write bytes or a string such as "
              "\"512kB\", \"64MiB\", \"1GiB\")"}},
       {topology("max_pending_bytes = 0"),
        {at + "max_pending_bytes of [topology] is 0; it must be at least 1"}},
       {topology("library = ''"),
        {at + "library of [topology] is empty (remove it, or name the shared object)"}},
       {topology("failure_policy = 'retry'"),
        {at + "failure_policy of [topology] must be a table, not a string"}},
       {topology("library = \"a\\u0000b\""),
        {at + "library of [topology] holds a NUL character"}}});
}

TEST(names, can_stand_in_logs_and_file_names) {
  const std::string hint = " (choose a short word, as in \"word_count\")";
  const std::string source = "[source]\ntype = 'm'\n[[task]]\n";
  EXPECT_THAT(read("name = 'x'\n" + source + "name = '" + std::string(128, 'n') + "'").found,
              IsEmpty());
  expect({{whole("name = \"x\\u001b[31m\""),
           {"T.toml:1:1: error: name of the top level holds a control character" + hint}},
          {whole("name = '" + std::string(129, 'n') + "'"),
           {"T.toml:1:1: error: name of the top level is longer than 128 bytes" + hint}},
          {"name = 'x'\n" + source + "name = 'a'\n[[task]]\nname = \"b\\n\"",
           {"T.toml:7:1: error: name of [[task]] holds a control character" + hint}}});
}

TEST(missing_or_misshapen_tables, are_all_said_at_once) {
  expect({{"",
           {"T.toml:1:1: error: the topology has no name (write a line such as name = "
            "\"word_count\")",
            "T.toml: error: there is no [source] (add [source] with a type from `tempest sources "
            "list`)",
            "T.toml: error: the pipeline has no task (add a [[task]])"}},
          {"name = ''\nsource = 1\ntask = 2\nedge = 3\n",
           {"T.toml:1:1: error: name of the top level is empty (write a line such as name = "
            "\"word_count\")",
            "T.toml:2:1: error: source of the top level must be a table, not an integer",
            "T.toml:3:1: error: task of the top level must be a list, not an integer",
            "T.toml:4:1: error: edge of the top level must be a list, not an integer",
            "T.toml: error: the pipeline has no task (add a [[task]])"}},
          {"name = 'x'\n[source]\ntype = ''\n[dead_letter]\nsink = ''\n[[task]]\nname = 'a'\n"
           "sink = ''\n[[task]]\n[[task]]\nname = 1\n[[edge]]\nfrom = 'a'",
           {"T.toml:3:1: error: type of [source] is empty",
            "T.toml:5:1: error: sink of [dead_letter] is empty",
            "T.toml:8:1: error: sink of task 'a' is empty",
            "T.toml:9:1: error: a [[task]] has no "
            "name",
            "T.toml:11:1: error: name of [[task]] must be a string, not an integer",
            "T.toml:12:1: error: an [[edge]] has no 'to'"}},
          {"name = 'x'\n[source]\n[dead_letter]\n[[task]]\nname = 'a'\ntype = 'b'\nsink = 'c'",
           {"T.toml:2:1: error: [source] has no type (`tempest sources list` shows what there is)",
            "T.toml:3:1: error: [dead_letter] has no sink (`tempest sinks list` shows what there "
            "is)",
            "T.toml:7:1: error: task 'a' has both type and sink (a sink needs no task plugin: "
            "remove type)"}}});
}

} // namespace
} // namespace tempest::config
