// Compressed files: what they hold comes out, whatever they are called and however they end.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <zlib.h>

#include <fstream>
#include <thread>

#include "tests/unit/plugins/shipped/reading.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace file_lines {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string compressed(const std::string& text, int level = 6) {
  z_stream stream{};
  if (::deflateInit2(&stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string made(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(made.data());
  stream.avail_out = static_cast<uInt>(made.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  made.resize(made.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return made;
}

std::string numbers(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "number " + std::to_string(i) + "\n";
  return text;
}

class gzip_test : public testing::Test {
 protected:
  // What it reads of a file with these bytes, and why it does not read on.
  std::string read(const std::string& bytes) {
    list_reader from({folder_.write("in", bytes)});
    std::string why;
    try {
      from.read();
    } catch (const unreadable& error) {
      why = error.what();
    }
    lines_ = from.lines;
    return why;
  }
  tempest::test::scratch_folder folder_;
  std::vector<std::string> lines_;
};

TEST_F(gzip_test, it_is_known_by_its_first_bytes) {
  EXPECT_EQ(read(compressed("a\nb\n")), "");
  EXPECT_THAT(lines_, ElementsAre("1:a", "2:b"));
  EXPECT_EQ(read(""), "");
  EXPECT_THAT(lines_, ElementsAre());
  EXPECT_EQ(read("\x1f"), "");
  EXPECT_THAT(lines_, ElementsAre("1:\x1f"));
  EXPECT_EQ(read("\x1f\n"), "");
  EXPECT_THAT(lines_, ElementsAre("1:\x1f"));
}

TEST_F(gzip_test, members_follow_each_other_and_lines_cross_them) {
  EXPECT_EQ(read(compressed("a\nb") + compressed("") + compressed("c\nd")), "");
  EXPECT_THAT(lines_, ElementsAre("1:a", "2:bc", "3:d"));
}

TEST_F(gzip_test, zeros_at_the_end_are_filling) {
  EXPECT_EQ(read(compressed("a\n") + std::string(10'000, '\0')), "");
  EXPECT_THAT(lines_, ElementsAre("1:a"));
}

TEST_F(gzip_test, other_bytes_after_the_end_are_damage) {
  EXPECT_THAT(read(compressed("a\n") + "and so on"),
              AllOf(HasSubstr("in': its compressed data is damaged near byte "),
                    HasSubstr("incorrect header check")));
  EXPECT_THAT(lines_, ElementsAre("1:a"));
}

TEST_F(gzip_test, what_comes_before_the_damage_is_read) {
  std::string bytes = compressed(numbers(0, 100'000), 1);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  bytes[bytes.size() / 2 + 1] = static_cast<char>(bytes[bytes.size() / 2 + 1] ^ 0x55);
  EXPECT_THAT(read(bytes), HasSubstr("in': its compressed data is damaged near byte "));
  ASSERT_GT(lines_.size(), 1000u);
  EXPECT_EQ(lines_[1000], "1001:number 1000");
}

TEST_F(gzip_test, a_wrong_checksum_is_damage) {
  std::string bytes = compressed("a\n");
  bytes[bytes.size() - 8] = static_cast<char>(bytes[bytes.size() - 8] ^ 1);
  EXPECT_THAT(read(bytes), HasSubstr("incorrect data check"));
}

TEST_F(gzip_test, one_that_is_cut_short_is_read_on_once_the_rest_is_there) {
  const std::string whole = compressed(numbers(0, 100'000));
  list_reader from({folder_.write("in", whole.substr(0, whole.size() / 2))});
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      from.read();
      ADD_FAILURE() << "it has no end";
    } catch (const unreadable& error) {
      EXPECT_THAT(error.what(), HasSubstr("in': its compressed data is cut short, at byte " +
                                          std::to_string(whole.size() / 2)));
    }
    EXPECT_GT(from.lines.size(), 10'000u);
  }
  folder_.write("in", whole);
  from.read();
  ASSERT_EQ(from.lines.size(), 100'000u); // none twice
  EXPECT_EQ(from.lines.back(), "100000:number 99999");
}

TEST_F(gzip_test, a_pipe_may_be_compressed_too) {
  const std::string path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer(
      [&] { std::ofstream(path, std::ios::binary) << compressed(numbers(0, 50'000)); });
  list_reader from({path});
  from.read();
  writer.join();
  ASSERT_EQ(from.lines.size(), 50'000u);
}

// 256 MiB out of 256 KiB, without a line's end.
TEST_F(gzip_test, a_bomb_is_one_long_line_and_costs_no_memory) {
  const std::string mebibytes = compressed(std::string(std::size_t{16} << 20, 'x'), 9);
  std::string bytes;
  for (int i = 0; i < 16; ++i) bytes += mebibytes;
  list_reader from({folder_.write("in", bytes + compressed("\nb\n"))}, {.max_line_bytes = 1000});
  line one;
  while (!from.reader.peek(one) && from.reader.fill(in_a_minute()) == fill_result::data) continue;
  EXPECT_EQ(one.text.size(), 1000u);
  EXPECT_EQ(one.dropped_bytes, (std::size_t{256} << 20) - 1000);
  EXPECT_LT(from.reader.file().lines.capacity(), std::size_t{1} << 20);
  from.reader.pop();
  from.read();
  EXPECT_THAT(from.lines, ElementsAre("2:b"));
}

} // namespace
} // namespace file_lines
