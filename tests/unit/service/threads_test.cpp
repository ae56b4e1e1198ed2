// The system refuses threads: the run ends as any other, with its reason.
#include <gmock/gmock.h>

#include "tests/support/no_more_threads.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using testing::HasSubstr;

struct never_used {
  void handle(const message&, outbox&) {}
  void connect() {}
  void write(const messages&, std::span<written>) {}
  void flush() {}
};

TEST(threads, a_run_that_gets_none_ends_with_what_it_wanted) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(10);
  rig.task<never_used>("T1", 5);
  rig.dead_letters<never_used>();
  const no_more_threads full;
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 69);
  EXPECT_THAT(report.fatal.at(0), HasSubstr("a worker of task 'T1'"));
  EXPECT_THAT(report.fatal.at(0), HasSubstr("wants 7 threads"));
  EXPECT_EQ(report.source.read, 0u);
  EXPECT_FALSE(report.stuck);
}

} // namespace
} // namespace tempest::service
