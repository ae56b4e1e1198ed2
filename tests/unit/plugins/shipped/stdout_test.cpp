// Sink `stdout` through its descriptor.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/plugin_harness.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace tempest::test {
namespace {

using testing::HasSubstr;

// Standard output goes to `path` meanwhile.
class redirected_stdout {
 public:
  explicit redirected_stdout(const std::string& path)
      : redirected_stdout(::open(path.c_str(), O_WRONLY | O_CREAT, 0600)) {}
  explicit redirected_stdout(int target) : before_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    ::dup2(target, STDOUT_FILENO);
    ::close(target);
  }
  ~redirected_stdout() {
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  redirected_stdout(const redirected_stdout&) = delete;
  redirected_stdout& operator=(const redirected_stdout&) = delete;

 private:
  int before_;
};

const tempest_descriptor& stdout_sink() {
  return find_descriptor(TEMPEST_STDOUT_LIBRARY, TEMPEST_KIND_SINK, "stdout");
}

TEST(stdout_test, a_line_a_message) {
  const scratch_folder folder;
  sink_harness sink(stdout_sink(), {{"prefix", toml("> ")}});
  ASSERT_TRUE(sink.connect());
  {
    const redirected_stdout out(folder / "out");
    sink.write({{"a", {}, {}}, {"b", {}, {}}});
    EXPECT_TRUE(sink.flush());
  }
  EXPECT_EQ(folder.read("out"), "> a\n> b\n");
}

TEST(stdout_test, a_full_device_fails_and_what_failed_is_not_kept) {
  sink_harness sink(stdout_sink(), {});
  ASSERT_TRUE(sink.connect());
  const redirected_stdout out("/dev/full");
  sink.write({{"a", {}, {}}});
  EXPECT_FALSE(sink.flush());
  EXPECT_TRUE(sink.flush());
}

TEST(stdout_test, it_is_away_once_its_reader_has_left) {
  std::signal(SIGPIPE, SIG_IGN);
  sink_harness sink(stdout_sink(), {});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const redirected_stdout out(ends[1]);
  ASSERT_TRUE(sink.connect());
  EXPECT_TRUE(sink.healthy());
  ::close(ends[0]);
  sink.write({{"a", {}, {}}});
  EXPECT_FALSE(sink.flush());
  EXPECT_FALSE(sink.healthy());
  EXPECT_FALSE(sink.connect()); // nothing more is tried on it
  EXPECT_THAT(sink.error, HasSubstr("nobody reads it any more"));
}

TEST(stdout_test, it_is_away_where_nothing_can_be_written) {
  sink_harness sink(stdout_sink(), {});
  const redirected_stdout out(::open("/", O_PATH));
  EXPECT_FALSE(sink.connect());
  EXPECT_THAT(sink.error, HasSubstr("it is closed"));
}

} // namespace
} // namespace tempest::test
