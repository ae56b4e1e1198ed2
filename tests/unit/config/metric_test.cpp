// [metric]: where metrics are sent.
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string with(const std::string& lines) {
  return whole("name = 'x'\n" + lines);
}

TEST(metric, has_no_targets_by_default) {
  const auto [made, found] = read(with(""));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_THAT(made.metric.targets, IsEmpty());
}

TEST(metric, takes_its_keys) {
  const auto [made, found] =
      read(with("[metric]\nflush_interval = '1s'\ntimeout = 300\ntarget = [\n"
                "{ type = 'log', level = 'debug', prefix = 'shop', flush_interval = '2m' },\n"
                "{ type = 'file', path = 'm.jsonl', clobber = true, max_file_bytes = '1MiB', "
                "max_files = 2 },\n{ type = 'console' } ]"));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.metric.timeout, milliseconds(300));
  ASSERT_EQ(made.metric.targets.size(), 3U);
  const metric_target& log = made.metric.targets[0];
  EXPECT_EQ(log.type, metric_target_type::log);
  EXPECT_EQ(log.level, base::log_level::debug);
  EXPECT_EQ(log.prefix, "shop");
  EXPECT_EQ(log.flush_interval, milliseconds(120'000));
  const metric_target& file = made.metric.targets[1];
  EXPECT_EQ(file.type, metric_target_type::file);
  EXPECT_EQ(file.path, "/app/m.jsonl");
  EXPECT_TRUE(file.clobber);
  EXPECT_EQ(file.max_file_bytes, 1U << 20);
  EXPECT_EQ(file.max_files, 2U);
  EXPECT_EQ(file.flush_interval, milliseconds(1'000));
  EXPECT_EQ(made.metric.targets[2].type, metric_target_type::console);
}

TEST(metric, several_targets_may_be_of_one_type) {
  const auto [made, found] =
      read(with("[[metric.target]]\ntype = 'file'\npath = 'a'\n[[metric.target]]\ntype = 'file'\n"
                "path = 'b'"));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.metric.targets.size(), 2U);
}

TEST(metric, is_set_from_the_command_line) {
  const auto [made, found] =
      read(with("[metric]\ntarget = [{type = 'log'}]"), {{"metric.flush_interval", "200ms"}});
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.metric.targets.at(0).flush_interval, milliseconds(200));
}

TEST(metric, says_what_is_wrong_with_its_place) {
  EXPECT_THAT(
      read(with("[metric]\nflush_intervall = 1\ntimeout = 0\ntarget = [\n{ path = 'a' },\n"
                "{ type = 'flie' },\n'log',\n{ type = 'file' },\n"
                "{ type = 'log', levle = 'info' },\n{ type = 'log', level = 'trace' },\n"
                "{ type = 'console', path = 'x' },\n{ type = 'log', prefix = '9 lives' },\n"
                "{ type = 'log', flush_interval = '50ms' } ]"))
          .found,
      ElementsAre(
          "T.toml:4:1: error: timeout of [metric] is 0 ms; it must be from 1 ms to a year",
          "T.toml:3:1: error: unknown key 'flush_intervall' in [metric] (did you mean "
          "'flush_interval'?)",
          "T.toml:6:1: error: a target of [metric] has no type (choose one of console, log, file, "
          "statsd, graphite, prometheus_push)",
          "T.toml:7:3: error: type of a target of [metric] cannot be \"flie\" (did you mean "
          "\"file\"?)",
          HasSubstr("T.toml:8:1: error: target of [metric] must be a list of tables"),
          "T.toml:9:1: error: the file target has no path (write a line such as path = "
          "\"metrics.jsonl\")",
          "T.toml:10:17: error: unknown key 'levle' in the log target (did you mean 'level'?)",
          HasSubstr("T.toml:11:17: error: level of the log target cannot be \"trace\""),
          HasSubstr("T.toml:12:21: error: unknown key 'path' in the console target (known here: "),
          "T.toml:13:17: error: prefix \"9 lives\" cannot stand before the name of a metric (it "
          "begins with a letter or _ and consists of letters, digits and _)",
          "T.toml:14:17: error: flush_interval of the log target is 50 ms; it must be from 100 ms "
          "to a year"));
}

TEST(metric, takes_the_keys_of_targets_that_listen) {
  const auto [made, found] =
      read(with("[metric]\ntarget = [\n{ type = 'statsd', host = '${HOST}:1', tags = false, "
                "max_datagram_bytes = 512, prefix = 'eu.shops' },\n{ type = 'graphite', host = "
                "'[::1]:2', tags = false, max_buffer_bytes = '2MiB', prefix = 'eu-1' } ]"));
  EXPECT_THAT(found, IsEmpty());
  ASSERT_EQ(made.metric.targets.size(), 2U);
  const metric_target& statsd = made.metric.targets[0];
  EXPECT_EQ(statsd.type, metric_target_type::statsd);
  EXPECT_EQ(statsd.host, "redis:1");
  EXPECT_EQ(statsd.host_where.line, 4U);
  EXPECT_FALSE(statsd.tags);
  EXPECT_EQ(statsd.max_datagram_bytes, 512U);
  EXPECT_EQ(statsd.prefix, "eu.shops");
  const metric_target& graphite = made.metric.targets[1];
  EXPECT_EQ(graphite.type, metric_target_type::graphite);
  EXPECT_EQ(graphite.host, "[::1]:2");
  EXPECT_FALSE(graphite.tags);
  EXPECT_EQ(graphite.max_buffer_bytes, 2U << 20);
}

TEST(metric, says_what_is_wrong_with_targets_that_listen) {
  EXPECT_THAT(
      read(with("[metric]\ntarget = [\n{ type = 'statsd' },\n{ type = 'graphite', host = '' },\n"
                "{ type = 'statsd', host = 'a:1', max_datagram_bytes = 255 },\n"
                "{ type = 'graphite', host = 'a:1', max_buffer_bytes = 1 },\n"
                "{ type = 'graphite', host = 'a:1', prefix = 'a b' } ]"))
          .found,
      ElementsAre("T.toml:4:1: error: the statsd target has no host (write a line such as host = "
                  "\"127.0.0.1:8125\")",
                  HasSubstr("T.toml:5:22: error: host of the graphite target is empty"),
                  HasSubstr("T.toml:6:34: error: max_datagram_bytes of the statsd target is 255"),
                  HasSubstr("T.toml:7:36: error: max_buffer_bytes of the graphite target is 1"),
                  HasSubstr("T.toml:8:36: error: prefix \"a b\" cannot stand before")));
}

TEST(metric, takes_a_push_gateway) {
  const auto [made, found] = read(with(
      "[metric]\ntarget = [\n{ type = 'prometheus_push', uri = 'http://a:1', job = 'night' },\n"
      "{ type = 'prometheus_push' },\n{ type = 'prometheus_push', uri = 'http://b', job = '', "
      "prefix = 'a.b' } ]"));
  EXPECT_THAT(
      found,
      ElementsAre("T.toml:5:1: error: the prometheus_push target has no uri (write a line "
                  "such as uri = \"http://127.0.0.1:9091\")",
                  HasSubstr("T.toml:6:57: error: prefix \"a.b\" cannot stand before"),
                  HasSubstr("T.toml:6:47: error: job of the prometheus_push target is empty")));
  EXPECT_EQ(made.metric.targets.at(0).uri, "http://a:1");
  EXPECT_EQ(made.metric.targets.at(0).uri_where.line, 4U);
  EXPECT_EQ(made.metric.targets.at(0).job, "night");
}

TEST(metric, two_targets_of_one_file_are_refused) {
  EXPECT_THAT(read(with("[metric]\ntarget = [\n{ type = 'file', path = 'a' },\n"
                        "{ type = 'file', path = './a' } ]"))
                  .found,
              ElementsAre("T.toml:5:1: error: two targets of [metric] write /app/a (give each a "
                          "path of its own)"));
}

TEST(metric, a_file_that_another_target_puts_its_full_file_at_is_refused) {
  const auto found = [](const std::string& one, const std::string& other) {
    return read(with("[metric]\ntarget = [\n{ type = 'file', path = '" + one +
                     "', max_files = 3 },\n{ type = 'file', path = '" + other + "' } ]"))
        .found;
  };
  EXPECT_THAT(found("a", "a.2"),
              ElementsAre("T.toml:5:1: error: of the targets of [metric] that write /app/a and "
                          "/app/a.2, one would put its full file aside under the other's name "
                          "(give each a name of its own)"));
  EXPECT_THAT(found("b/a.4", "b/a"), ElementsAre(HasSubstr("put its full file aside")));
  EXPECT_THAT(found("a", "a.3"), IsEmpty());
  EXPECT_THAT(found("a", "a.02"), IsEmpty());
  EXPECT_THAT(found("a", "a.1x"), IsEmpty());
  EXPECT_THAT(found("a", "ab.1"), IsEmpty());
  EXPECT_THAT(found("a", "a."), IsEmpty());
}

std::vector<std::string> found_of_path(const std::string& path) {
  return read(with("[metric]\ntarget = [ { type = 'file', path = '" + path + "' } ]")).found;
}

TEST(metric, files_of_the_topology_are_not_written_over) {
  EXPECT_THAT(found_of_path("x/../T.toml"),
              ElementsAre("T.toml:3:12: error: the file target would write over /app/T.toml, which "
                          "is the topology's own file (write to another file)"));
  EXPECT_THAT(found_of_path("T"), IsEmpty());
}

TEST(metric, a_path_names_a_file) {
  EXPECT_THAT(found_of_path("."),
              ElementsAre("T.toml:3:29: error: path \".\" is a folder, not a file (put "
                          "the name of a file after it)"));
  EXPECT_THAT(found_of_path("a/"), ElementsAre(HasSubstr("is a folder")));
  EXPECT_THAT(found_of_path("a/.."), ElementsAre(HasSubstr("is a folder")));
  EXPECT_THAT(found_of_path("{instance}.{topology}"),
              ElementsAre("T.toml:3:29: error: path \"{instance}.{topology}\" has a placeholder "
                          "that is not known ({instance} is the only one)"));
  EXPECT_THAT(found_of_path("m-{instance}.jsonl"), IsEmpty());
}

TEST(metric, two_targets_of_one_group_of_a_gateway_are_refused) {
  const auto found = [](const std::string& job) {
    return read(with("[metric]\ntarget = [\n{ type = 'prometheus_push', uri = 'http://a:1' },\n"
                     "{ type = 'prometheus_push', uri = 'http://a:1', prefix = 'b_'" +
                     job + " } ]"))
        .found;
  };
  EXPECT_THAT(found(""), ElementsAre(HasSubstr("T.toml:5:1: error: two targets of [metric] push "
                                               "to the same group of one gateway")));
  EXPECT_THAT(found(", job = 'b'"), IsEmpty());
}

} // namespace
} // namespace tempest::config
