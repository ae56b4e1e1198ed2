// Which checks a process has.
#include "runtime/service/run_health.hpp"

#include <gmock/gmock.h>

namespace tempest::service {
namespace {

using testing::ElementsAre;

// "split" here, a sink "store" elsewhere, and a source that every plan names.
struct checks_of : testing::Test {
  checks_of() {
    static const tempest_descriptor some{};
    plan.settings.name = "demo";
    plan.settings.source.plugin.type = "mock";
    plan.source.descriptor = &some;
    plan.tasks.resize(2);
    plan.tasks[0].settings.name = "split";
    plan.tasks[0].plugin.descriptor = &some;
    plan.tasks[1].settings.name = "store";
    plan.tasks[1].settings.is_sink = true;
    plan.settings.dead_letter.emplace().type = "file";
    plan.dead_letter.emplace();
  }
  [[nodiscard]] std::vector<std::string> names(run_health::role of) const {
    std::vector<std::string> made;
    for (const admin::check& one : run_health(plan, of, 0).board().read().checks) {
      made.push_back(one.name);
      EXPECT_EQ(one.trouble, "it starts") << "nothing is known yet";
    }
    return made;
  }
  assembly plan;
};

TEST_F(checks_of, a_topology_are_source_all_tasks_and_sinks_wherever_they_are) {
  EXPECT_THAT(names(run_health::role::topology),
              ElementsAre("process", "source mock", "task split", "task store", "sink store",
                          "dead letters' sink file"));
}

TEST_F(checks_of, a_task_process_are_its_topology_and_what_it_has) {
  EXPECT_THAT(names(run_health::role::tasks),
              ElementsAre("process", "topology demo", "task split"));
  plan.tasks[1].plugin.descriptor = plan.tasks[0].plugin.descriptor;
  EXPECT_THAT(names(run_health::role::tasks),
              ElementsAre("process", "topology demo", "task split", "task store", "sink store"));
}

TEST_F(checks_of, a_task_and_its_sink_are_told_as_one) {
  run_health of(plan, run_health::role::topology, 0);
  EXPECT_EQ(of.task_trouble(0), "it starts");
  of.task(0, {}, 0);
  of.task(1, {}, 0);
  of.sink(1, {}, 0);
  EXPECT_EQ(of.task_trouble(0), "");
  EXPECT_EQ(of.task_trouble(1), "");
  of.sink(1, "no disk", 0);
  EXPECT_EQ(of.task_trouble(1), "no disk");
  of.task(1, "stuck", 0);
  EXPECT_EQ(of.task_trouble(1), "stuck; no disk");
  of.sink_in_part(1, "no road from b");
  of.task(1, {}, 0);
  EXPECT_EQ(of.task_trouble(1), "no road from b");
  EXPECT_TRUE(of.board().read().checks.at(4).well()) << "others can write to it";
}

} // namespace
} // namespace tempest::service
