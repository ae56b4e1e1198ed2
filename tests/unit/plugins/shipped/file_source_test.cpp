// Source `file` through its descriptor.
#include <gmock/gmock.h>

#include "tests/support/plugin_harness.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace tempest::test {
namespace {

using testing::HasSubstr;

config::value list(const std::vector<std::string>& entries) {
  config::array made;
  for (const std::string& one : entries) made.push_back(toml(one));
  config::value value;
  value.data = std::move(made);
  return value;
}

// Takes as long as the machine needs.
tempest_poll_status read_all(source_harness& source) {
  return source.poll(100000, 60'000);
}

class file_source_test : public testing::Test {
 protected:
  const tempest_descriptor& descriptor_ =
      find_descriptor(TEMPEST_FILE_LIBRARY, TEMPEST_KIND_SOURCE, "file");
  scratch_folder folder_;
};

TEST_F(file_source_test, it_says_that_it_reads_at_most_once) {
  source_harness source(descriptor_, {{"path", toml(folder_.write("in", ""))}});
  EXPECT_EQ(source.traits().guarantee, TEMPEST_AT_MOST_ONCE);
  EXPECT_EQ(source.traits().counts_deliveries, 0u);
}

TEST_F(file_source_test, lines_become_messages_and_the_end_is_told) {
  const std::string path = folder_.write("in", "a\n\nc");
  source_harness source(descriptor_, {{"path", toml(path)}});
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(read_all(source), TEMPEST_POLL_END);
  ASSERT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(source.messages[0].payload, "a");
  EXPECT_EQ(source.messages[1].payload, "");
  EXPECT_EQ(source.messages[2].payload, "c");
  EXPECT_EQ(source.messages[2].id, path + ":3");
  EXPECT_EQ(source.messages[2].deliveries, 1u);
  source.settle_open(TEMPEST_FAIL);
  EXPECT_EQ(source.answers[TEMPEST_SETTLED_OK], 3u);
  EXPECT_EQ(read_all(source), TEMPEST_POLL_END);
  EXPECT_EQ(source.messages.size(), 3u); // never again
  EXPECT_EQ(source.broken, "");
}

TEST_F(file_source_test, a_poll_keeps_to_its_limits_but_hands_over_one) {
  source_harness source(descriptor_, {{"path", toml(folder_.write("in", "aaaa\nbb\ncc\nd\n"))}});
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(source.poll(10, 0, 3), TEMPEST_POLL_OK);
  EXPECT_EQ(source.messages.size(), 1u); // larger than asked for, but one it is
  EXPECT_EQ(source.poll(10, 0, 3), TEMPEST_POLL_OK);
  EXPECT_EQ(source.messages.size(), 2u);
  EXPECT_EQ(source.poll(1, 0), TEMPEST_POLL_OK);
  EXPECT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(source.poll(0, 0), TEMPEST_POLL_OK);
  EXPECT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(read_all(source), TEMPEST_POLL_END);
  EXPECT_EQ(source.messages.back().payload, "d");
}

TEST_F(file_source_test, a_line_that_is_too_long_says_what_it_lacks) {
  source_harness source(
      descriptor_, {{"path", toml(folder_.write("in", "abcdef\nx\n"))}, {"max_line", toml(4)}});
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(read_all(source), TEMPEST_POLL_END);
  ASSERT_EQ(source.messages.size(), 2u);
  EXPECT_EQ(source.messages[0].payload, "abcd");
  ASSERT_EQ(source.messages[0].headers.size(), 1u);
  EXPECT_EQ(source.messages[0].headers[0].first, "file-dropped-bytes");
  EXPECT_EQ(source.messages[0].headers[0].second, "2");
  EXPECT_THAT(source.host.logged, HasSubstr("in:1 is longer than max_line"));
}

// The first has no end in any of the time there is, the second takes long to read.
TEST_F(file_source_test, a_poll_within_a_line_ends_when_it_is_called_off) {
  const std::string sparse = folder_.write("sparse", "");
  std::filesystem::resize_file(sparse, std::uintmax_t{1} << 40);
  for (const std::string& path : {std::string("/dev/zero"), sparse}) {
    source_harness source(descriptor_, {{"path", toml(path)}});
    ASSERT_TRUE(source.connect());
    EXPECT_EQ(source.poll(1, 0), TEMPEST_POLL_OK) << path;
    source.interrupt();
    EXPECT_EQ(source.poll(1, 3'600'000), TEMPEST_POLL_OK) << path;
    EXPECT_EQ(source.messages.size(), 0u);
  }
}

TEST_F(file_source_test, several_files) {
  source_harness source(descriptor_,
                        {{"path", toml(folder_.write("a", "1"))},
                         {"paths", list({folder_.write("b", "2"), folder_.write("c", "3")})}});
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(read_all(source), TEMPEST_POLL_END);
  ASSERT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(source.messages[2].id, folder_ / "c" + ":1");
}

std::string refusal(const tempest_descriptor& descriptor, const given_options& given) {
  try {
    source_harness source(descriptor, given);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}
TEST_F(file_source_test, what_cannot_be_is_refused_with_a_reason) {
  EXPECT_THAT(refusal(descriptor_, {}), HasSubstr("give path or paths"));
  EXPECT_THAT(refusal(descriptor_, {{"path", toml(folder_ / "gone")}}),
              HasSubstr("gone': No such file or directory"));
}

} // namespace
} // namespace tempest::test
