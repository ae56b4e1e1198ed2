#include "runtime/metrics/plugin_host.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/metric_values.hpp"

namespace tempest::metrics {
namespace {

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::string logged(const std::function<void()>& act) {
  testing::internal::CaptureStderr();
  act();
  return testing::internal::GetCapturedStderr();
}

TEST(plugin_host, fills_the_whole_table) {
  registry all{"shop"};
  const plugin_host host(all, {subject::task, "split"}, "shop", 3);
  const tempest_host* table = host.table();
  EXPECT_EQ(table->size, sizeof(tempest_host));
  EXPECT_EQ(table->minor, static_cast<std::uint32_t>(TEMPEST_ABI_MINOR));
  EXPECT_STREQ(table->name, "split");
  EXPECT_STREQ(table->topology, "shop");
  EXPECT_EQ(table->worker, 3u);
  EXPECT_NE(table->log, nullptr);
  EXPECT_NE(table->metric, nullptr);
  EXPECT_NE(table->update, nullptr);
}

TEST(plugin_host, metrics_stand_under_the_name_of_the_instance_and_workers_share_them) {
  registry all{"shop"};
  const plugin_host first(all, {subject::task, "split"}, "shop", 0);
  const plugin_host second(all, {subject::task, "split"}, "shop", 1);
  const tempest_header labels[] = {{slice("colour"), slice("red")}};
  for (const plugin_host* host : {&first, &second}) {
    const tempest_host* table = host->table();
    tempest_metric* words =
        table->metric(table->self, TEMPEST_METRIC_COUNTER, "words", "Words.", labels, 1);
    ASSERT_NE(words, nullptr);
    table->update(words, 2);
  }
  EXPECT_EQ(values(all),
            (std::map<std::string, double>{
                {R"(tempest_task_words_total{topology="shop",colour="red",task="split"})", 4}}));
  EXPECT_NE(exposition(all).find("# HELP tempest_task_words_total Words.\n"), std::string::npos);
}

TEST(plugin_host, folds_what_is_logged_again_and_again) {
  registry all{"shop"};
  const std::string log = logged([&] {
    const plugin_host host(all, {subject::task, "split"}, "shop");
    const auto say = [&](tempest_log_level level, std::string_view text) {
      host.table()->log(host.table()->self, level, slice(text));
    };
    for (int i = 0; i < 1'000; ++i) say(TEMPEST_LOG_ERROR, "no database");
    for (int i = 0; i < 7; ++i) say(TEMPEST_LOG_INFO, "done");
    for (int i = 0; i < 3; ++i) say(TEMPEST_LOG_WARN, "no database");
  });
  const auto lines = [&](std::string_view text) {
    std::size_t count = 0;
    for (auto at = log.find(text); at != log.npos; at = log.find(text, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(lines("error no database"), 5u) << log;
  EXPECT_EQ(lines("error 995 more lines like this one: no database"), 1u) << log;
  EXPECT_EQ(lines("warning no database"), 3u) << log;
  EXPECT_EQ(lines("info done"), 7u) << "only warnings and errors";
}

TEST(plugin_host, survives_what_a_careless_plugin_passes) {
  registry all{"shop"};
  const plugin_host host(all, {subject::task, "split"}, "shop");
  const tempest_host* table = host.table();
  const tempest_header absent[] = {{{nullptr, 0}, {nullptr, 0}}};
  logged([&] {
    EXPECT_EQ(table->metric(table->self, 99, "a", nullptr, nullptr, 0), all.nothing());
    EXPECT_EQ(table->metric(table->self, TEMPEST_METRIC_GAUGE, nullptr, nullptr, nullptr, 0),
              all.nothing());
    EXPECT_EQ(table->metric(table->self, TEMPEST_METRIC_GAUGE, "a", nullptr, absent, 1),
              all.nothing());
    table->log(table->self, 99, {nullptr, 0});
  });
  table->update(all.nothing(), 1);
  table->update(nullptr, 1);
  EXPECT_TRUE(values(all).empty());
}

TEST(plugin_host, a_line_says_topology_task_and_the_message_in_hand) {
  registry all{"shop"};
  plugin_host host(all, {subject::task, "split"}, "shop");
  const tempest_host* table = host.table();
  const auto say = [&] { table->log(table->self, TEMPEST_LOG_WARN, slice("too long")); };

  const std::string before = logged(say);
  EXPECT_NE(before.find("too long topology=shop task=split"), std::string::npos) << before;
  EXPECT_EQ(before.find("message="), std::string::npos) << before;

  host.set_current_message([] { return std::string_view("orders-17"); });
  const std::string during = logged(say);
  EXPECT_NE(during.find("message=orders-17"), std::string::npos) << during;

  const std::string elsewhere = logged([&] { std::thread(say).join(); });
  EXPECT_NE(elsewhere.find("too long"), std::string::npos) << elsewhere;
  EXPECT_EQ(elsewhere.find("message="), std::string::npos) << elsewhere;
}

TEST(plugin_host, knows_the_levels) {
  registry all{"shop"};
  const plugin_host host(all, {subject::task, "split"}, "shop");
  const tempest_host* table = host.table();
  const auto line = [&](std::uint32_t level) {
    return logged([&] { table->log(table->self, level, slice("text")); });
  };
  EXPECT_EQ(line(TEMPEST_LOG_DEBUG), "");
  EXPECT_NE(line(TEMPEST_LOG_INFO).find(" info "), std::string::npos);
  EXPECT_NE(line(TEMPEST_LOG_WARN).find(" warning "), std::string::npos);
  EXPECT_NE(line(TEMPEST_LOG_ERROR).find(" error "), std::string::npos);
}

} // namespace
} // namespace tempest::metrics
