// A letter that its sink never takes, among others.
#include <gmock/gmock.h>

#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using testing::HasSubstr;

struct rejects {
  void handle(const message&, outbox&) { throw reject("never"); }
};

// What the sink of a test does with the letter of message 50, and saw.
struct box {
  enum class mood : std::uint8_t { breaks, rejects, takes } of_fifty = mood::breaks;
  std::mutex mutex;
  int tries_of_fifty = 0;
  std::size_t written = 0;
  std::size_t broken_writes = 0; // with others in it

  [[nodiscard]] int tries() {
    const std::scoped_lock lock(mutex);
    return tries_of_fifty;
  }
};
box* current_box = nullptr;

struct moody_sink {
  void connect() { broken_ = false; }
  void write(const messages& batch, std::span<written> results) {
    const std::scoped_lock lock(current_box->mutex);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      results[i] = written::ok;
      if (batch[i].text().find(R"("id":"50")") != std::string_view::npos) {
        ++current_box->tries_of_fifty;
        if (current_box->of_fifty == box::mood::rejects) results[i] = written::rejected;
        if (current_box->of_fifty == box::mood::breaks) {
          results[i] = written{};
          broken_ = true;
          if (batch.size() > 1) ++current_box->broken_writes;
          throw std::runtime_error("connection reset");
        }
      }
      if (results[i] == written::ok) ++current_box->written;
    }
  }
  void flush() {}
  bool healthy(std::string& reason) const {
    reason = "the connection is gone";
    return !broken_;
  }
  bool broken_ = false;
};

class dead_letter_writer_test : public testing::Test {
 protected:
  dead_letter_writer_test() {
    current_box = &box_;
    rig_.source.messages = topology_rig::numbered(100);
    rig_.source.ends = false;
    rig_.task<rejects>("T1");
    rig_.dead_letters<moody_sink>();
    rig_.plan.settings.dead_letter_health.unhealthy_shutdown = 4;
  }
  // Until the letter of message 50 was tried so often, or is written.
  run_report run(int tries) {
    stop_request stop;
    run_options how;
    how.stop = &stop;
    how.duration = std::chrono::seconds(60);
    how.status_interval = std::chrono::milliseconds(5);
    how.on_status = [&](const run_report& now) {
      if (now.source.acked == 99 && box_.tries() == tries) stop.count = 1;
      if (now.source.acked == 100) stop.count = 1;
    };
    testing::internal::CaptureStderr();
    const run_report report = rig_.run(how);
    log_ = testing::internal::GetCapturedStderr();
    return report;
  }
  [[nodiscard]] std::size_t said(const std::string& text) const {
    std::size_t times = 0;
    for (auto at = log_.find(text); at != std::string::npos; at = log_.find(text, at + 1)) ++times;
    return times;
  }

  box box_;
  topology_rig rig_;
  std::string log_;
};

TEST_F(dead_letter_writer_test, one_that_breaks_the_connection_holds_up_no_other) {
  const run_report report = run(8);
  EXPECT_EQ(report.exit_code, 0) << "others were written: that is no bad health of the sink";
  EXPECT_EQ(report.source.dead_lettered, 99u);
  EXPECT_EQ(report.source.returned, 1u) << "it is kept, and its message waits";
  EXPECT_EQ(box_.broken_writes, 1u);
  EXPECT_EQ(said("its dead letter waits apart"), 1u) << log_;
  EXPECT_EQ(said("message=50"), 1u) << log_;
  EXPECT_THAT(log_, HasSubstr("connection reset"));
}

TEST_F(dead_letter_writer_test, one_that_is_rejected_waits_apart_as_well) {
  box_.of_fifty = box::mood::rejects;
  const run_report report = run(4);
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(report.source.dead_lettered, 99u);
  EXPECT_EQ(report.source.returned, 1u);
  EXPECT_EQ(box_.written, 99u);
  EXPECT_EQ(said("its dead letter waits apart"), 1u) << log_;
}

TEST_F(dead_letter_writer_test, one_that_waits_apart_is_written_once_the_sink_takes_it) {
  stop_request stop;
  run_options how;
  how.stop = &stop;
  how.duration = std::chrono::seconds(60);
  how.status_interval = std::chrono::milliseconds(5);
  how.on_status = [&](const run_report& now) {
    if (now.source.acked == 100) stop.count = 1;
    const std::scoped_lock lock(box_.mutex);
    if (box_.tries_of_fifty == 5) box_.of_fifty = box::mood::takes;
  };
  const run_report report = rig_.run(how);
  EXPECT_EQ(report.source.dead_lettered, 100u);
  EXPECT_EQ(report.exit_code, 0);
}

std::atomic<bool> box_is_open{false};

struct box_sink {
  void connect() {}
  void write(const messages&, std::span<written> results) {
    std::ranges::fill(results, box_is_open ? written::ok : written::rejected);
  }
  void flush() {}
  bool healthy(std::string&) { return true; }
};

TEST(dead_letters, that_hold_up_the_source_are_said_once_and_so_is_the_end_of_it) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(40);
  rig.plan.settings.limit.max_pending = 10;
  rig.task<rejects>("T1");
  rig.dead_letters<box_sink>();
  run_options how;
  how.duration = std::chrono::seconds(60);
  how.status_interval = std::chrono::milliseconds(5);
  how.on_status = [&](const run_report& now) {
    if (now.letters_hold_up) box_is_open = true;
  };
  testing::internal::CaptureStderr();
  const run_report report = rig.run(how);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(report.source.dead_lettered, 40u);
  EXPECT_EQ(report.letters_waiting, 0u);
  const std::string begin =
      "10 of 10 messages in flight wait for their dead letters, of which the "
      "sink letters has taken none for 1.";
  const auto at = log.find(begin);
  ASSERT_NE(at, std::string::npos) << log;
  EXPECT_EQ(log.find("wait for their dead letters", at + begin.size()), std::string::npos) << log;
  const auto over = log.find("dead letters do not hold up the source any more", at);
  ASSERT_NE(over, std::string::npos) << log;
  EXPECT_EQ(log.find("do not hold up", over + 30), std::string::npos) << log;
}

} // namespace
} // namespace tempest::service
