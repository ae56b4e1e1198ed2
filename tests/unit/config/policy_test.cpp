// failure_policy of the topology and of tasks.
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string dead_letter = "\n[dead_letter]\nsink = 'file'\n";

std::string with_policy(const std::string& policy, const std::string& task_policy = "",
                        const std::string& more = "") {
  std::string text = "name = 'x'\n[source]\ntype = 'm'\n[topology]\n";
  if (!policy.empty()) text += "failure_policy = " + policy + "\n";
  text += "[[task]]\nname = 'a'\n";
  if (!task_policy.empty()) text += "failure_policy = " + task_policy + "\n";
  return text + more;
}

// Where policies stand that do not say what follows the last attempt.
std::vector<std::string> silent(const std::string& text) {
  std::vector<std::string> places;
  for (const base::location& one : read(text).made.silent_policies) places.push_back(one.text());
  return places;
}

TEST(a_silent_retry_policy, is_known_by_its_place) {
  EXPECT_THAT(silent(with_policy("")), ElementsAre("T.toml:4:1"));
  EXPECT_THAT(silent(with_policy("{ attempts = 5 }")), ElementsAre("T.toml:5:1"));
  EXPECT_THAT(silent(with_policy("{ attempts = 5 }", "{ attempts = 7 }")),
              ElementsAre("T.toml:5:1"))
      << "once";
  EXPECT_THAT(silent(with_policy("{ type = 'none' }", "{ type = 'retry' }")),
              ElementsAre("T.toml:8:1"));
  EXPECT_THAT(silent(whole("name = 'x'")), ElementsAre("T.toml"));
}

TEST(a_silent_retry_policy, is_none_that_says_what_follows_or_that_nobody_has) {
  EXPECT_THAT(silent(with_policy("", "", dead_letter)), IsEmpty());
  EXPECT_THAT(silent(with_policy("{ on_exhausted = 'leave' }")), IsEmpty());
  EXPECT_THAT(silent(with_policy("{ on_exhausted = 'leave' }", "{ attempts = 7 }")), IsEmpty());
  EXPECT_THAT(silent(with_policy("{ type = 'none' }")), IsEmpty());
  EXPECT_THAT(silent(with_policy("{ type = 'best_effort' }")), IsEmpty());
  EXPECT_THAT(silent(with_policy("{ attempts = 5 }", "{ type = 'none' }")), IsEmpty());
}

TEST(health, is_of_sources_and_sinks) {
  const std::string keys = "unhealthy_limit = 7\nunhealthy_shutdown = 9\n";
  const auto [made, found] =
      read("name = 'x'\ntopology.failure_policy.type = 'none'\n[source]\ntype = 'm'\n" + keys +
           "[[task]]\nname = 'a'\nsink = 'file'\n" + keys + dead_letter + keys);
  EXPECT_THAT(found, IsEmpty());
  for (const health_settings& one :
       {made.source.health, made.tasks.at(0).health, made.dead_letter_health}) {
    EXPECT_EQ(one.unhealthy_limit, 7u);
    EXPECT_EQ(one.unhealthy_shutdown, 9u);
  }
  EXPECT_THAT(read(with_policy("{ type = 'none' }", "", "unhealthy_limit = 7\n")).found,
              ElementsAre("T.toml:8:1: error: unhealthy_limit of task 'a' has no meaning: it is no "
                          "sink (remove it)"));
}

TEST(a_policy, takes_the_dead_letters_when_they_are_configured) {
  EXPECT_EQ(read(with_policy("")).made.policy.on_exhausted, exhausted_action::leave);
  const settings made = read(with_policy("", "", dead_letter)).made;
  EXPECT_EQ(made.policy.on_exhausted, exhausted_action::dead_letter);
  EXPECT_EQ(made.tasks.at(0).policy.on_exhausted, exhausted_action::dead_letter);
  EXPECT_EQ(read(with_policy("{ on_exhausted = 'ack' }", "", dead_letter)).made.policy.on_exhausted,
            exhausted_action::ack);
  EXPECT_EQ(read(with_policy("{ on_exhausted = 'stop' }")).made.policy.on_exhausted,
            exhausted_action::stop);
}

TEST(dead_letters_without_a_sink, are_an_error_said_once) {
  const std::string wanted =
      "error: on_exhausted is \"dead_letter\", and there is no [dead_letter] "
      "(add [dead_letter] with a sink, or choose leave, ack or stop)";
  EXPECT_THAT(read(with_policy("{ on_exhausted = 'dead_letter' }")).found,
              ElementsAre("T.toml:5:20: " + wanted));
  EXPECT_THAT(read(with_policy("", "{ on_exhausted = 'dead_letter' }")).found,
              ElementsAre("T.toml:7:20: " + wanted));
  EXPECT_THAT(read(with_policy("", "{ on_exhausted = 'dead_letter' }", dead_letter)).found,
              IsEmpty());
  EXPECT_THAT(read(with_policy("{ attempts = 5 }"),
                   {{"topology.failure_policy.on_exhausted", "dead_letter"}})
                  .found,
              ElementsAre("--set topology.failure_policy.on_exhausted: " + wanted));
}

TEST(a_backoff_from_the_command_line, is_named_when_it_does_not_fit_the_files) {
  const std::string wanted = "error: max_backoff of failure_policy is shorter than its backoff";
  for (const auto& [key, text] : {std::pair{"max_backoff", "1s"}, {"backoff", "1h"}}) {
    const std::string whole_key = std::string("topology.failure_policy.") + key;
    EXPECT_THAT(
        read(with_policy("{ backoff = '2s', max_backoff = '3s' }"), {{whole_key, text}}).found,
        ElementsAre("--set " + whole_key + ": " + wanted));
  }
}

TEST(a_task, overrides_the_topology_key_by_key) {
  const settings made = read(with_policy("{ attempts = 7, backoff = '2s', on_exhausted = 'stop' }",
                                         "{ backoff = '3s', jitter = 0 }"))
                            .made;
  const failure_policy& own = made.tasks.at(0).policy;
  EXPECT_EQ(own.attempts, 7u);
  EXPECT_EQ(own.backoff, milliseconds(3000));
  EXPECT_EQ(own.max_backoff, milliseconds(60'000));
  EXPECT_EQ(own.jitter, 0.0);
  EXPECT_EQ(own.on_exhausted, exhausted_action::stop);
  EXPECT_EQ(made.policy.backoff, milliseconds(2000));
  EXPECT_EQ(made.policy.jitter, 1.0);
}

TEST(types_that_do_not_retry, say_what_happens) {
  EXPECT_EQ(read(with_policy("{ type = 'best_effort' }")).made.policy.on_exhausted,
            exhausted_action::ack);
  const settings made = read(with_policy("", "{ type = 'none' }", dead_letter)).made;
  EXPECT_EQ(made.tasks.at(0).policy.type, policy_type::none);
  EXPECT_EQ(made.tasks.at(0).policy.on_exhausted, exhausted_action::leave);
}

TEST(keys_without_meaning, are_refused) {
  EXPECT_THAT(read(with_policy("{ type = 'none', attempts = 5 }")).found,
              ElementsAre("T.toml:5:35: error: attempts has no meaning with failure_policy type "
                          "\"none\" (remove it, or use type = \"retry\")"));
  EXPECT_THAT(read(with_policy("{ type = 'best_effort' }", "{ jitter = 0.5 }")).found,
              ElementsAre(testing::HasSubstr("T.toml:8:20: error: jitter has no meaning")));
}

TEST(a_type_from_the_command_line, silences_what_the_file_says_about_retries) {
  const std::string text =
      with_policy("{ attempts = 5, on_exhausted = 'stop' }", "{ backoff = '2s' }",
                  "[[task]]\nname = 'b'\n"
                  "failure_policy = { type = 'retry', attempts = 7 }\n"
                  "[[edge]]\nfrom = 'a'\nto = 'b'\n");
  const reading all = read(text, {{"topology.failure_policy.type", "none"}});
  EXPECT_THAT(all.found, IsEmpty());
  EXPECT_EQ(all.made.tasks.at(0).policy.type, policy_type::none);
  EXPECT_EQ(all.made.tasks.at(0).policy.on_exhausted, exhausted_action::leave);
  EXPECT_EQ(all.made.tasks.at(1).policy.attempts, 7u); // it says its type itself
  const reading one = read(text, {{"task.b.failure_policy.type", "best_effort"}});
  EXPECT_THAT(one.found, IsEmpty());
  EXPECT_EQ(one.made.tasks.at(0).policy.attempts, 5u);
  EXPECT_EQ(one.made.tasks.at(1).policy.on_exhausted, exhausted_action::ack);
}

TEST(a_type_from_the_command_line, does_not_silence_the_command_line) {
  EXPECT_THAT(
      read(with_policy("{ backoff = '2s' }"),
           {{"topology.failure_policy.attempts", "5"}, {"topology.failure_policy.type", "none"}})
          .found,
      ElementsAre("--set topology.failure_policy.attempts: error: attempts has no meaning "
                  "with failure_policy type \"none\" (remove it, or use type = \"retry\")"));
  EXPECT_THAT(
      read(with_policy("{ attempts = 5 }"), {{"topology.failure_policy.type", "nnoe"}}).found,
      ElementsAre("--set topology.failure_policy.type: error: type of failure_policy cannot "
                  "be \"nnoe\" (did you mean \"none\"?)"));
}

TEST(values_of_a_policy, are_checked) {
  const std::pair<const char*, const char*> examples[] = {
      {"{ type = 'retyr' }",
       "T.toml:5:20: error: type of failure_policy cannot be \"retyr\" (did "
       "you mean \"retry\"?)"},
      {"{ type = 'whatever' }",
       "T.toml:5:20: error: type of failure_policy cannot be \"whatever\" "
       "(choose one of retry, best_effort, none)"},
      {"{ attempts = 0 }",
       "T.toml:5:20: error: attempts of failure_policy is 0; it must be from 1 "
       "to 1000000"},
      {"{ jitter = 1.5 }",
       "T.toml:5:20: error: jitter of failure_policy is 1.5; it must be from 0 "
       "to 1"},
      {"{ jitter = nan }",
       "T.toml:5:20: error: jitter of failure_policy is nan; it must be from 0 "
       "to 1"},
      {"{ backoff = '2s', max_backoff = '1s' }",
       "T.toml:5:1: error: max_backoff of failure_policy is shorter than its backoff"}};
  for (const auto& [policy, wanted] : examples) {
    EXPECT_THAT(read(with_policy(policy)).found, ElementsAre(wanted)) << policy;
  }
  EXPECT_EQ(read(with_policy("{ backoff = '5m' }")).made.policy.max_backoff, milliseconds(300'000));
}

} // namespace
} // namespace tempest::config
