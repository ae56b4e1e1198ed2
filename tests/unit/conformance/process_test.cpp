#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/hook.hpp"
#include "runtime/conformance/started_process.hpp"

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
};

TEST_F(Process, ACommandIsGivenLinesAndPrintsOthers) {
  EXPECT_EQ(run_hook("read", "tr a-z A-Z", folder_, "one\ntwo\n"), "ONE\nTWO\n");
  EXPECT_EQ(run_hook("read", "cat", folder_, "again"), "again") << "nothing is left of the first";
}

TEST_F(Process, ACommandThatFailsIsToldWithWhatItSaid) {
  const std::string said = why([&] { run_hook("fill", "echo no broker >&2; exit 3", folder_); });
  EXPECT_THAT(said, HasSubstr("`fill` failed: exit code 3; it said: no broker"));
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

TEST_F(Process, LastWordsAreOneLineOfTheEnd) {
  std::ofstream(folder_ + "/said") << std::string(1000, 'x') << "\n\n  the \tend\n";
  const std::string words = last_words(folder_ + "/said");
  EXPECT_TRUE(words.starts_with("...x")) << words;
  EXPECT_TRUE(words.ends_with("x the end")) << words;
  EXPECT_EQ(last_words(folder_ + "/nothing"), "");
}

} // namespace
} // namespace tempest::conformance
