#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/hook.hpp"
#include "runtime/conformance/started_process.hpp"
#include "runtime/conformance/stopped.hpp"

namespace tempest::conformance {
namespace {

using testing::HasSubstr;

class Process : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "kit-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string run(const std::string& key, const std::string& command, std::string input = {}) {
    return run_hook({key, command, folder_, std::move(input)}, look_);
  }
  static bool is_running(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string number;
    std::string name;
    std::string state = "Z"; // as of one that is gone, or that nobody waits for
    file >> number >> name >> state;
    return state != "Z";
  }
  static std::string why(const std::function<void()>& work) {
    try {
      work();
    } catch (const base::failure& error) {
      EXPECT_EQ(error.code(), base::exit_code::unavailable);
      return error.what();
    }
    return {};
  }
  std::string folder_;
  stop_flag stop_{0};
  const std::function<void()> look_ = [this] { need_go_on(stop_); };
};

TEST_F(Process, ACommandIsGivenLinesAndPrintsOthers) {
  EXPECT_EQ(run("read", "tr a-z A-Z", "one\ntwo\n"), "ONE\nTWO\n");
  EXPECT_EQ(run("read", "cat", "again"), "again") << "nothing is left of the first";
}

TEST_F(Process, ACommandThatFailsIsToldWithWhatItSaid) {
  const std::string said = why([&] { run("fill", "echo no broker >&2; exit 3"); });
  EXPECT_THAT(said, HasSubstr("`fill` failed: exit code 3; it said: no broker"));
}

TEST_F(Process, ACommandThatPrintsWithoutEndIsEnded) {
  const std::string much = "head -c 70000000 /dev/zero";
  EXPECT_THAT(why([&] { run("read", much + "; sleep 1000"); }),
              HasSubstr("`read` prints more than 64 MiB"));
  EXPECT_THAT(why([&] { run("fill", much + " >&2"); }), HasSubstr("`fill` prints more than 64"));
}

TEST_F(Process, ACommandThatTakesTooLongIsEnded) {
  hook endless{"restart", "echo soon >&2; sleep 1000", folder_};
  endless.time_limit = std::chrono::milliseconds{20};
  EXPECT_THAT(why([&] { run_hook(endless, look_); }), HasSubstr("`restart` takes more than 20 ms"));
}

TEST_F(Process, WhatACommandLeavesRunsOnUnlessItFails) {
  const std::string pid_file = folder_ + "/pid";
  const std::string leaves = "sleep 1000 >/dev/null 2>&1 & echo $! >" + pid_file;
  const auto left = [&] {
    pid_t made = 0;
    std::ifstream(pid_file) >> made;
    return made;
  };
  run("restart", leaves);
  const pid_t broker = left();
  EXPECT_NE(why([&] { run("restart", leaves + "; exit 1"); }), "");
  const std::int64_t limit = base::steady_ns() + 20'000'000'000;
  while (is_running(left()) && base::steady_ns() < limit) std::this_thread::yield();
  EXPECT_FALSE(is_running(left()));
  EXPECT_TRUE(is_running(broker));
  ::kill(broker, SIGKILL);
}

TEST_F(Process, ACommandKnowsNothingOfWhoGuardsIt) {
  EXPECT_EQ(run("read", "wait; echo $0 $#"), "/bin/sh 0\n");
}

TEST_F(Process, ACommandEndsWithTheCheck) {
  const std::string mark = folder_ + "/mark";
  std::thread other([&] {
    while (!std::filesystem::exists(mark)) std::this_thread::yield();
    stop_ = SIGTERM;
  });
  int signal = 0;
  try {
    run("fill", "touch " + mark + "; sleep 1000");
  } catch (const stopped& why) {
    signal = why.signal();
  } catch (const base::failure&) { // it took too long
  }
  other.join();
  EXPECT_EQ(signal, SIGTERM);
}

TEST_F(Process, AProgramThatIsNotThereIsToldAtOnce) {
  EXPECT_THAT(why([] { started_process none({"/no/such/program"}, {}); }),
              HasSubstr("/no/such/program cannot be started"));
}

TEST_F(Process, ItsEndIsSeenAndPutIntoWords) {
  started_process one({"/bin/sh", "-c", "kill -SEGV $$"}, {});
  const auto status = one.ended_by(base::never_ns);
  ASSERT_TRUE(status);
  EXPECT_EQ(end_words(*status), "Segmentation fault");
  started_process two({"/bin/sleep", "1000"}, {});
  EXPECT_FALSE(two.ended_by(base::steady_ns() + 1'000'000));
  two.signal(SIGKILL);
  EXPECT_EQ(end_words(*two.ended_by(base::never_ns)), "Killed");
}

TEST_F(Process, OneWhoseEndNobodyHeardHasEnded) {
  const auto before = ::signal(SIGCHLD, SIG_IGN);
  started_process one({"/bin/sh", "-c", "exit 3"}, {});
  const auto status = one.ended_by(base::steady_ns() + 20'000'000'000);
  ::signal(SIGCHLD, before);
  EXPECT_EQ(status, 0);
}

TEST_F(Process, WhatItLeavesBehindLivesOnOrEndsWithIt) {
  const std::string pid_file = folder_ + "/pid";
  const auto left_by = [&](leaving left) {
    started_process one({"/bin/sh", "-c", "sleep 1000 & echo $! > " + pid_file}, {}, left);
    EXPECT_EQ(one.ended_by(base::never_ns), 0);
    pid_t child = 0;
    std::ifstream(pid_file) >> child;
    return child;
  };
  const pid_t alone = left_by(leaving::lives_on);
  EXPECT_TRUE(is_running(alone));
  ::kill(alone, SIGKILL);
  const pid_t killed = left_by(leaving::ends_too);
  const std::int64_t limit = base::steady_ns() + 20'000'000'000;
  while (is_running(killed) && base::steady_ns() < limit) std::this_thread::yield();
  EXPECT_FALSE(is_running(killed));
}

TEST_F(Process, LastWordsAreOneLineOfTheEnd) {
  std::ofstream(folder_ + "/said") << std::string(1000, 'x') << "\n\n  the \tend\n";
  const std::string words = last_words(folder_ + "/said");
  EXPECT_TRUE(words.starts_with("...x")) << words;
  EXPECT_TRUE(words.ends_with("x the end")) << words;
  EXPECT_EQ(last_words(folder_ + "/nothing"), "");
}

} // namespace
} // namespace tempest::conformance
