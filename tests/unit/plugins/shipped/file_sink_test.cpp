// Sink `file` through its descriptor.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "tests/support/plugin_harness.hpp"
#include "tests/unit/plugins/shipped/full_disk.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace tempest::test {
namespace {

using testing::HasSubstr;

class file_sink_test : public testing::Test {
 protected:
  const tempest_descriptor& descriptor_ =
      find_descriptor(TEMPEST_FILE_LIBRARY, TEMPEST_KIND_SINK, "file");
  scratch_folder folder_;
};

TEST_F(file_sink_test, it_makes_its_folders_and_appends) {
  const given_options options{{"path", toml(folder_ / "deep/er/out")}};
  for (int run = 0; run < 2; ++run) {
    sink_harness sink(descriptor_, options);
    ASSERT_TRUE(sink.connect()) << sink.error;
    sink.write({{"a", {}, {}}, {"", {}, {}}});
    EXPECT_TRUE(sink.flush());
    sink.close();
  }
  EXPECT_EQ(folder_.read("deep/er/out"), "a\n\na\n\n");
}

TEST_F(file_sink_test, json_holds_all_of_a_message_whatever_its_bytes) {
  sink_harness sink(descriptor_, {{"path", toml(folder_ / "out")}, {"format", toml("json")}});
  ASSERT_TRUE(sink.connect());
  sink.write({{"a\n\"b\"", "k", {{"h", "v"}}}, {"\xff\x01", {}, {}}});
  EXPECT_TRUE(sink.flush());
  EXPECT_EQ(folder_.read("out"),
            "{\"id\":\"\",\"key\":\"k\",\"headers\":[{\"name\":\"h\",\"value\":\"v\"}],"
            "\"payload\":\"a\\n\\\"b\\\"\"}\n"
            "{\"id\":\"\",\"headers\":[],\"payload_base64\":\"/wE=\"}\n");
}

TEST_F(file_sink_test, half_a_line_of_a_killed_process_stays_alone) {
  folder_.write("out", "whole\nhal");
  sink_harness sink(descriptor_, {{"path", toml(folder_ / "out")}});
  ASSERT_TRUE(sink.connect());
  sink.write({{"next", {}, {}}});
  EXPECT_TRUE(sink.flush());
  EXPECT_EQ(folder_.read("out"), "whole\nhal\nnext\n");
}

TEST_F(file_sink_test, a_file_that_was_moved_away_is_made_anew) {
  config::value no;
  no.data = false;
  sink_harness sink(descriptor_, {{"path", toml(folder_ / "out")}, {"sync", no}});
  ASSERT_TRUE(sink.connect());
  sink.write({{"1", {}, {}}});
  EXPECT_TRUE(sink.flush());
  std::filesystem::rename(folder_ / "out", folder_ / "out.1");
  sink.write({{"2", {}, {}}});
  EXPECT_TRUE(sink.flush());
  EXPECT_EQ(folder_.read("out.1"), "1\n");
  EXPECT_EQ(folder_.read("out"), "2\n");
}

TEST_F(file_sink_test, a_full_disk_fails_the_batch_and_leaves_nothing_of_it) {
  sink_harness sink(descriptor_, {{"path", toml(folder_ / "out")}});
  ASSERT_TRUE(sink.connect());
  sink.write({{"first", {}, {}}});
  ASSERT_TRUE(sink.flush());
  {
    const full_disk disk(10);
    sink.write({{"second", {}, {}}, {"third", {}, {}}});
    EXPECT_FALSE(sink.flush());
  }
  EXPECT_EQ(folder_.read("out"), "first\n");
  EXPECT_FALSE(sink.healthy());
  EXPECT_THAT(sink.error, HasSubstr("cannot write to"));
  EXPECT_TRUE(sink.flush()); // what failed is not kept
  ASSERT_TRUE(sink.connect());
  EXPECT_TRUE(sink.healthy());
  sink.write({{"fourth", {}, {}}});
  EXPECT_TRUE(sink.flush());
  EXPECT_EQ(folder_.read("out"), "first\nfourth\n");
}

TEST_F(file_sink_test, a_named_pipe_is_away_while_nobody_reads_it) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  sink_harness sink(descriptor_, {{"path", toml(path)}});
  EXPECT_FALSE(sink.connect());
  EXPECT_THAT(sink.error, HasSubstr("nobody reads it"));
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_TRUE(sink.connect());
  sink.write({{"read", {}, {}}});
  EXPECT_TRUE(sink.flush());
  char text[8] = {};
  EXPECT_EQ(::read(reader, text, sizeof text), 5);
  EXPECT_STREQ(text, "read\n");
  ::close(reader);
  sink.write({{"unread", {}, {}}});
  EXPECT_FALSE(sink.flush());
  EXPECT_FALSE(sink.healthy());
  EXPECT_FALSE(sink.connect());
}

TEST_F(file_sink_test, what_cannot_be_opened_is_named) {
  folder_.write("file", "");
  sink_harness sink(descriptor_, {{"path", toml(folder_ / "file/out")}});
  EXPECT_FALSE(sink.connect());
  EXPECT_THAT(sink.error, HasSubstr("file/out"));
}

} // namespace
} // namespace tempest::test
