// Topology.toml.example: parsed, complete, and honest about the defaults.
#include <cstdio>
#include <random>
#include <regex>

#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::IsEmpty;

class the_example : public testing::Test {
 protected:
  the_example() : parsed_(parse_file(path(), found_)) {
    made_ = interpret(parsed_, nullptr, {}, found_);
  }
  static std::string path() {
    return std::string(TEMPEST_SOURCE_FOLDER) + "/Topology.toml.example";
  }
  static std::vector<std::string> keys(const value& home) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : *home.entries()) names.push_back(name);
    return names;
  }
  const value& at(const std::string& key) { return parsed_.root.entries()->at(key); }

  base::problems found_;
  document parsed_;
  settings made_;
};

TEST_F(the_example, is_a_sound_file) {
  for (const base::problem& one : found_) ADD_FAILURE() << one.line();
}

TEST_F(the_example, shows_every_key) {
  using testing::ElementsAre;
  EXPECT_THAT(keys(parsed_.root),
              ElementsAre("admin", "auth_token", "dead_letter", "edge", "graceful_shutdown", "host",
                          "insecure", "metric", "name", "port", "source", "task", "topology"));
  EXPECT_THAT(keys(at("topology")),
              ElementsAre("failure_policy", "handler_limit", "handler_warn", "max_deliveries",
                          "max_message_bytes", "max_outputs_bytes", "max_pending",
                          "max_pending_bytes", "max_retrying", "msg_timeout", "no_worker_timeout"));
  EXPECT_THAT(keys(at("topology").entries()->at("failure_policy")),
              ElementsAre("attempts", "backoff", "jitter", "max_backoff", "on_exhausted", "type"));
  EXPECT_THAT(keys(at("source")), ElementsAre("config", "max_backoff", "type", "unhealthy_limit",
                                              "unhealthy_shutdown"));
  EXPECT_THAT(keys(at("task").items()->at(0)),
              ElementsAre("config", "name", "poll_count", "type", "workers"));
  EXPECT_THAT(keys(at("task").items()->at(1)),
              ElementsAre("name", "sink", "unhealthy_limit", "unhealthy_shutdown"));
  EXPECT_THAT(keys(at("admin")), ElementsAre("auth_token", "insecure", "listen", "task"));
  EXPECT_THAT(keys(at("admin").entries()->at("task")), ElementsAre("listen"));
  EXPECT_THAT(keys(at("metric")), ElementsAre("flush_interval", "target", "timeout"));
  const array& targets = *at("metric").entries()->at("target").items();
  EXPECT_THAT(keys(targets.at(0)), ElementsAre("flush_interval", "prefix", "type"));
  EXPECT_THAT(keys(targets.at(1)), ElementsAre("level", "type"));
  EXPECT_THAT(keys(targets.at(2)),
              ElementsAre("clobber", "max_file_bytes", "max_files", "path", "type"));
  EXPECT_THAT(keys(targets.at(3)), ElementsAre("host", "max_datagram_bytes", "tags", "type"));
  EXPECT_THAT(keys(targets.at(4)), ElementsAre("host", "max_buffer_bytes", "tags", "type"));
  EXPECT_THAT(keys(targets.at(5)), ElementsAre("job", "type", "uri"));
  EXPECT_THAT(keys(at("dead_letter")),
              ElementsAre("config", "sink", "unhealthy_limit", "unhealthy_shutdown"));
}

TEST_F(the_example, shows_the_defaults) {
  const settings wanted;
  EXPECT_EQ(made_.graceful_shutdown, wanted.graceful_shutdown);
  EXPECT_EQ(made_.limit.msg_timeout, wanted.limit.msg_timeout);
  EXPECT_EQ(made_.limit.handler_warn, wanted.limit.handler_warn);
  EXPECT_EQ(made_.limit.handler_limit, wanted.limit.handler_limit);
  EXPECT_EQ(made_.limit.max_pending, wanted.limit.max_pending);
  EXPECT_EQ(made_.limit.max_pending_bytes, wanted.limit.max_pending_bytes);
  EXPECT_EQ(made_.limit.max_retrying, wanted.limit.max_retrying);
  EXPECT_EQ(made_.limit.max_deliveries, wanted.limit.max_deliveries);
  EXPECT_EQ(made_.limit.max_message_bytes, wanted.limit.max_message_bytes);
  EXPECT_EQ(made_.limit.max_outputs_bytes, wanted.limit.max_outputs_bytes);
  EXPECT_EQ(made_.limit.no_worker_timeout, wanted.limit.no_worker_timeout);
  EXPECT_EQ(made_.network.host, wanted.network.host);
  EXPECT_EQ(made_.network.port, wanted.network.port);
  EXPECT_EQ(made_.network.auth_token, wanted.network.auth_token);
  EXPECT_EQ(made_.network.insecure, wanted.network.insecure);
  EXPECT_EQ(made_.policy.type, wanted.policy.type);
  EXPECT_EQ(made_.policy.attempts, wanted.policy.attempts);
  EXPECT_EQ(made_.policy.backoff, wanted.policy.backoff);
  EXPECT_EQ(made_.policy.max_backoff, wanted.policy.max_backoff);
  EXPECT_EQ(made_.policy.jitter, wanted.policy.jitter);
  for (const health_settings& one :
       {made_.source.health, made_.tasks.at(1).health, made_.dead_letter_health}) {
    EXPECT_EQ(one.unhealthy_limit, wanted.source.health.unhealthy_limit);
    EXPECT_EQ(one.unhealthy_shutdown, wanted.source.health.unhealthy_shutdown);
  }
  EXPECT_EQ(made_.source.max_backoff, wanted.source.max_backoff);
  EXPECT_EQ(made_.metric.flush_interval, wanted.metric.flush_interval);
  EXPECT_EQ(made_.metric.timeout, wanted.metric.timeout);
  const metric_target target;
  for (const metric_target& one : made_.metric.targets) {
    EXPECT_EQ(one.prefix, target.prefix);
    EXPECT_EQ(one.flush_interval, target.flush_interval);
    EXPECT_EQ(one.level, target.level);
    EXPECT_EQ(one.clobber, target.clobber);
    EXPECT_EQ(one.max_file_bytes, target.max_file_bytes);
    EXPECT_EQ(one.max_files, target.max_files);
    EXPECT_EQ(one.tags, target.tags);
    EXPECT_EQ(one.max_datagram_bytes, target.max_datagram_bytes);
    EXPECT_EQ(one.max_buffer_bytes, target.max_buffer_bytes);
  }
  const task_settings task;
  EXPECT_EQ(made_.tasks.at(0).workers, task.workers);
  EXPECT_EQ(made_.tasks.at(0).poll_count, task.poll_count);
}

TEST_F(the_example, survives_thousands_of_slips) {
  std::string text;
  {
    FILE* const file = std::fopen(path().c_str(), "rb");
    ASSERT_NE(file, nullptr);
    char buffer[16384];
    text.assign(buffer, std::fread(buffer, 1, sizeof buffer, file));
    std::fclose(file);
  }
  text = std::regex_replace(text, std::regex("(^|\n) *#[^\n]*|  +#[^\n]*"), "$1");
  std::mt19937 dice(20191128); // the standard fixes its numbers
  const auto below = [&](std::size_t limit) { return dice() % limit; };
  const std::string signs = "[]{}=\"'.,#\\$\n\t 0-_eE:T\x80\xff";
  std::size_t refused = 0;
  for (int run = 0; run < 2'000; ++run) {
    std::string one = text;
    for (std::size_t i = below(4) + 1; i > 0; --i) {
      const std::size_t at = below(one.size());
      const std::size_t length = std::min(below(20), one.size() - at);
      switch (below(4)) {
        case 0:
          one[at] = signs[below(signs.size())];
          break;
        case 1:
          one.erase(at, length);
          break;
        case 2:
          one.insert(below(one.size()), one.substr(at, length));
          break;
        default:
          one.insert(at, 1, signs[below(signs.size())]);
      }
    }
    if (!read(one).found.empty()) ++refused;
  }
  EXPECT_GT(refused, 1'000u);
  EXPECT_LT(refused, 2'000u);
}

} // namespace
} // namespace tempest::config
