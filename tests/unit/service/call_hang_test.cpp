// Calls of plugins that do not come back are named: while the topology runs, and at its end.
#include <gmock/gmock.h>

#include "tests/unit/service/gate.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using std::chrono::milliseconds;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

struct does_nothing {
  void handle(const message&, outbox&) {}
};

struct rejects_all {
  void handle(const message&, outbox&) { throw reject("never"); }
};

struct letters_hang {
  void connect() {}
  void write(const messages& batch, std::span<written> results) {
    gate::pass();
    for (std::size_t i = 0; i < batch.size(); ++i) results[i] = written::ok;
  }
  void flush() {}
};

// A topology whose threads outlive its run: it is never taken down.
topology_rig& immortal_rig() {
  static std::vector<topology_rig*> kept;
  return *kept.emplace_back(new topology_rig);
}

// What is logged by a run that ends after `time`, which is more than handler_warn.
std::string said_by(topology_rig& rig, milliseconds time = milliseconds(1000)) {
  rig.plan.settings.limit.handler_warn = milliseconds(200);
  rig.plan.settings.graceful_shutdown = milliseconds(100);
  gate::close();
  testing::internal::CaptureStderr();
  run_options how;
  how.duration = time;
  const run_report report = rig.run(how);
  const std::string said = testing::internal::GetCapturedStderr();
  gate::open();
  EXPECT_TRUE(report.stuck);
  return said;
}

TEST(call_hang, a_poll_that_does_not_come_back_in_its_time) {
  topology_rig& rig = immortal_rig();
  rig.task<does_nothing>("T1");
  rig.source.messages = {"a"};
  rig.source.ends = false;
  rig.source.in_poll = [first = true]() mutable {
    if (!std::exchange(first, false)) gate::pass();
  };
  const std::string said = said_by(rig, milliseconds(2500)); // a poll has a second
  EXPECT_THAT(said, ContainsRegex("warn.*source scripted: poll has not come back for 0.[2-9] s"));
  EXPECT_THAT(said, ContainsRegex("source scripted: poll has not come back .* is left behind"));
  EXPECT_THAT(said, Not(HasSubstr("dead-letter sink")));
}

TEST(call_hang, a_write_of_dead_letters) {
  topology_rig& rig = immortal_rig();
  rig.task<rejects_all>("T1");
  rig.dead_letters<letters_hang>();
  rig.source.messages = {"a"};
  rig.source.ends = false;
  const std::string said = said_by(rig);
  EXPECT_THAT(said,
              ContainsRegex("warn.*dead-letter sink letters: write or flush has not come back "
                            "for 0.[2-9] s"));
  EXPECT_THAT(said,
              ContainsRegex("dead-letter sink letters: write or flush has not .*left behind"));
  EXPECT_THAT(said, Not(HasSubstr("source scripted: ")));
}

TEST(call_hang, a_handler_at_the_end) {
  topology_rig& rig = immortal_rig();
  rig.task<gated>("T1");
  rig.source.messages = {"a"};
  rig.source.ends = false;
  EXPECT_THAT(
      said_by(rig),
      ContainsRegex("its handler has not come back for .* s, and is left behind .*task=T1"));
}

} // namespace
} // namespace tempest::service
