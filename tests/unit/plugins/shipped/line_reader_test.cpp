// Lines out of files and pipes: ends, lengths, several files, waits that are interrupted.
#include "plugins/file/line_reader.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/plugins/shipped/reading.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace file_lines {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> all_of(list_reader& from) {
  from.read();
  return from.lines;
}

class line_reader_test : public testing::Test {
 protected:
  std::vector<std::string> lines(const std::string& bytes, line_rules rules = {}) {
    list_reader reader({folder_.write("in", bytes)}, rules);
    return all_of(reader);
  }
  tempest::test::scratch_folder folder_;
};

TEST_F(line_reader_test, an_empty_file_has_no_line) {
  EXPECT_THAT(lines(""), ElementsAre());
}
TEST_F(line_reader_test, lines_may_be_empty) {
  EXPECT_THAT(lines("\n\na\n"), ElementsAre("1:", "2:", "3:a"));
}
TEST_F(line_reader_test, the_last_line_counts_without_an_end) {
  EXPECT_THAT(lines("a\nb"), ElementsAre("1:a", "2:b"));
}
TEST_F(line_reader_test, the_carriage_return_of_crlf_goes_or_stays) {
  EXPECT_THAT(lines("a\r\nb\r\r\nc\rd\n"), ElementsAre("1:a", "2:b\r", "3:c\rd"));
  EXPECT_THAT(lines("a\r\n", {.keep_cr = true}), ElementsAre("1:a\r"));
}
TEST_F(line_reader_test, bytes_are_not_looked_at) {
  using namespace std::string_literals;
  EXPECT_THAT(lines("\0\xff\n"s), ElementsAre("1:\0\xff"s));
}
TEST_F(line_reader_test, a_line_that_is_too_long_is_cut_and_the_next_is_whole) {
  EXPECT_THAT(lines("abcdef\nabc\nabcd", {.max_line_bytes = 3}),
              ElementsAre("1:abc+3", "2:abc", "3:abc+1"));
  const std::string huge(1'000'000, 'x');
  EXPECT_THAT(lines(huge + "\nb\n", {.max_line_bytes = 2}), ElementsAre("1:xx+999998", "2:b"));
}
TEST_F(line_reader_test, lines_cross_reads) {
  const std::string text(300'000, 'x');
  EXPECT_THAT(lines(text + "\n" + text + "\n"), ElementsAre("1:" + text, "2:" + text));
}
TEST_F(line_reader_test, files_follow_each_other_and_keep_their_lines_apart) {
  list_reader reader({folder_.write("a", "1"), folder_.write("b", ""), folder_.write("c", "2\n3")});
  EXPECT_THAT(all_of(reader), ElementsAre("1:1", "1:2", "2:3"));
}

std::string refusal(const std::string& path) {
  try {
    list_reader reader({path});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}
TEST_F(line_reader_test, what_cannot_be_read_is_named_at_once) {
  EXPECT_THAT(refusal(folder_ / "gone"), HasSubstr("gone': No such file or directory"));
  EXPECT_THAT(refusal(folder_ / "."), HasSubstr("it is a folder"));
}
TEST_F(line_reader_test, a_file_that_vanished_meanwhile_is_tried_again) {
  list_reader both({folder_.write("a", "1\n"), folder_.write("b", "2\n")});
  line_reader& reader = both.reader;
  std::filesystem::remove(folder_ / "b");
  line one;
  EXPECT_EQ(reader.fill(now), fill_result::data);
  while (reader.peek(one)) reader.pop();
  EXPECT_EQ(reader.fill(now), fill_result::data); // the end of a
  EXPECT_THROW(reader.fill(now), std::runtime_error);
  EXPECT_THROW(reader.fill(now), std::runtime_error);
  folder_.write("b", "2\n");
  EXPECT_THAT(all_of(both), ElementsAre("1:2"));
}

TEST_F(line_reader_test, a_pipe_is_waited_for_and_the_wait_can_be_interrupted) {
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  list_reader pipe({path});
  line_reader& reader = pipe.reader;
  EXPECT_EQ(reader.fill(now), fill_result::nothing); // nobody writes yet, which is not the end
  std::thread other([&] { reader.interrupt(); });
  EXPECT_EQ(reader.fill(in_a_minute()), fill_result::nothing);
  other.join();
  reader.interrupt(); // kept for the next wait
  reader.wait(in_a_minute());
  const int writer = ::open(path.c_str(), O_WRONLY);
  ASSERT_EQ(::write(writer, "a\nb", 3), 3);
  EXPECT_EQ(reader.fill(in_a_minute()), fill_result::data);
  line one;
  ASSERT_TRUE(reader.peek(one));
  EXPECT_EQ(one.text, "a");
  reader.pop();
  EXPECT_FALSE(reader.peek(one)); // b may go on
  ::close(writer);
  EXPECT_THAT(all_of(pipe), ElementsAre("2:b"));
}

} // namespace
} // namespace file_lines
