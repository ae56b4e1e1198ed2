// Files that grow, move, vanish, are emptied and come back while they are read.
#include "plugins/file/followed_files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <thread>

#include "plugins/file/file_change.hpp"
#include "tests/unit/plugins/shipped/few_descriptors.hpp"
#include "tests/unit/plugins/shipped/reading.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace file_lines {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(file_change_test, what_became_of_a_file) {
  EXPECT_EQ(change_of(5, 5, true), file_change::none);
  EXPECT_EQ(change_of(5, 6, true), file_change::grown);
  EXPECT_EQ(change_of(5, 4, true), file_change::restarted);
  EXPECT_EQ(change_of(5, 0, true), file_change::restarted);
  EXPECT_EQ(change_of(5, 6, false), file_change::restarted); // emptied, and longer again already
}

struct follower {
  follower(const std::vector<std::string>& paths, follow_rules times = {}, line_rules rules = {},
           const std::vector<std::string>& first = {})
      : reader(std::make_unique<followed_files>(paths, first, rules, times, false, host)) {}
  // Until so many lines were read in all.
  std::vector<std::string> read(std::size_t count) {
    const steady::time_point limit = in_a_minute();
    for (take(reader, lines); lines.size() < count && steady::now() < limit;) {
      (void)reader.fill(steady::now() + milliseconds(100));
      take(reader, lines);
    }
    return lines;
  }
  // Until it has seen the end of what is there now.
  void read_to_end() {
    while (reader.fill(now) == fill_result::data) take(reader, lines);
  }
  // For a time in which nothing is to come.
  std::vector<std::string> read_for(milliseconds time) {
    const steady::time_point end = steady::now() + time;
    while (steady::now() < end) {
      (void)reader.fill(end);
      take(reader, lines);
    }
    return lines;
  }
  listening_host host;
  line_reader reader;
  std::vector<std::string> lines;
};

class followed_files_test : public testing::Test {
 protected:
  void append(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary | std::ios::app) << bytes;
  }
  void move(const std::string& from, const std::string& to) {
    std::filesystem::rename(folder_ / from, folder_ / to);
  }
  tempest::test::scratch_folder folder_;
};

TEST_F(followed_files_test, what_is_appended_is_read_and_the_last_line_waits_for_its_end) {
  follower log({folder_.write("log", "a\nb")});
  log.read_to_end();
  EXPECT_THAT(log.lines, ElementsAre("1:a"));
  append("log", "c");
  EXPECT_THAT(log.read_for(milliseconds(50)), ElementsAre("1:a"));
  append("log", "\nd\n");
  EXPECT_THAT(log.read(3), ElementsAre("1:a", "2:bc", "3:d"));
}

TEST_F(followed_files_test, a_wait_ends_at_once_when_interrupted) {
  follower log({folder_.write("log", "")});
  log.read_to_end();
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(20));
    log.reader.interrupt();
  });
  EXPECT_EQ(log.reader.fill(in_a_minute()), fill_result::nothing);
  other.join();
}

TEST_F(followed_files_test, what_is_not_there_yet_is_waited_for_and_said_once) {
  follower log({folder_ / "log", folder_ / "*.txt"});
  EXPECT_THAT(log.read_for(milliseconds(30)), IsEmpty());
  EXPECT_EQ(log.host.infos, "there is no file '" + (folder_ / "log") +
                                "': it is waited for\nno file matches '" + (folder_ / "*.txt") +
                                "': it is waited for\n");
  folder_.write("log", "a\n");
  EXPECT_THAT(log.read(1), ElementsAre("1:a"));
  folder_.write("b.txt", "b\n");
  EXPECT_THAT(log.read(2), ElementsAre("1:a", "1:b"));
}

TEST_F(followed_files_test, a_file_that_was_moved_is_read_to_its_end_before_the_new_one) {
  follower log({folder_.write("log", "a\n")});
  EXPECT_THAT(log.read(1), ElementsAre("1:a"));
  move("log", "log.1");
  append("log.1", "b\n"); // its writer has it open still
  folder_.write("log", "x\n");
  EXPECT_THAT(log.read(3), ElementsAre("1:a", "2:b", "1:x"));
  append("log.1", "c\n"); // late, but not too late
  EXPECT_THAT(log.read(4), ElementsAre("1:a", "2:b", "1:x", "3:c"));
}

TEST_F(followed_files_test, a_pattern_that_covers_the_moved_file_reads_it_once) {
  folder_.write("log", "a\n");
  follower log({folder_ / "log*"}, {.linger = milliseconds(0)});
  EXPECT_THAT(log.read(1), ElementsAre("1:a"));
  for (const char* const mark : {"1", "2", "3"}) {
    move("log", std::string("log.") + mark);
    folder_.write("log", std::string(mark) + "\n");
    log.read(log.lines.size() + 1);
  }
  append("log.1", "late\n");
  EXPECT_THAT(log.read(5), ElementsAre("1:a", "1:1", "1:2", "1:3", "2:late"));
  EXPECT_THAT(log.read_for(milliseconds(50)).size(), 5u);
}

TEST_F(followed_files_test, a_file_that_is_away_is_let_go_and_its_last_line_needs_no_end) {
  follower log({folder_.write("log", "a\nb")}, {milliseconds(100), milliseconds(20)});
  EXPECT_THAT(log.read(1), ElementsAre("1:a"));
  std::filesystem::remove(folder_ / "log");
  EXPECT_THAT(log.read(2), ElementsAre("1:a", "2:b"));
  log.read_for(milliseconds(10));
  EXPECT_EQ(log.reader.queue().find(1), nullptr);
  folder_.write("log", "x\n");
  EXPECT_THAT(log.read(3), ElementsAre("1:a", "2:b", "1:x"));
}

TEST_F(followed_files_test, an_emptied_file_is_read_from_its_beginning) {
  follower log({folder_.write("log", "a\nb\nhal")});
  EXPECT_THAT(log.read(2), ElementsAre("1:a", "2:b"));
  std::filesystem::resize_file(folder_ / "log", 0);
  append("log", "f\nx\n");
  EXPECT_THAT(log.read(5), ElementsAre("1:a", "2:b", "3:hal", "1:f", "2:x"));
  EXPECT_THAT(log.host.infos, HasSubstr("log' was emptied: it is read from its beginning"));
}

TEST_F(followed_files_test, an_emptied_file_that_is_longer_already_is_read_from_its_beginning) {
  follower log({folder_.write("log", "a\nb\n")});
  EXPECT_THAT(log.read(2), ElementsAre("1:a", "2:b"));
  log.read_to_end();
  folder_.write("log", "x\ny\nz\n"); // emptied and written, between two looks
  EXPECT_THAT(log.read(5), ElementsAre("1:a", "2:b", "1:x", "2:y", "3:z"));
}

TEST_F(followed_files_test, several_files_are_read_as_they_grow_each_line_whole) {
  folder_.write("a.log", "a1\na");
  folder_.write("b.log", "b1\nb");
  follower log({folder_ / "*.log"});
  EXPECT_THAT(log.read(2), ElementsAre("1:a1", "1:b1"));
  append("b.log", "2\n");
  EXPECT_THAT(log.read(3), ElementsAre("1:a1", "1:b1", "2:b2"));
  append("a.log", "2\n");
  EXPECT_THAT(log.read(4), ElementsAre("1:a1", "1:b1", "2:b2", "2:a2"));
}

TEST_F(followed_files_test, a_file_that_never_ends_does_not_make_others_wait) {
  folder_.write("a.log", "");
  std::filesystem::resize_file(folder_ / "a.log", std::uintmax_t{1} << 40);
  folder_.write("b.log", "b\n");
  follower log({folder_ / "*.log"});
  EXPECT_THAT(log.read(1), ElementsAre("1:b"));
}

TEST_F(followed_files_test, names_that_lead_to_one_file_are_one) {
  folder_.write("log", "a\n");
  std::filesystem::create_hard_link(folder_ / "log", folder_ / "other");
  follower log({folder_ / "log", folder_ / "other", folder_ / "*"});
  EXPECT_THAT(log.read_for(milliseconds(50)), ElementsAre("1:a"));
}

TEST_F(followed_files_test, without_the_systems_word_files_are_looked_at) {
  // No inotify instance is to be had without a descriptor.
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  follow_rules times{.look_every = milliseconds(20)};
  listening_host host;
  const std::string path = folder_.write("log", "a\n");
  auto queue = [&] {
    const int next = ::dup(0);
    ::close(next);
    rlimit none{static_cast<rlim_t>(next), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    auto made =
        std::make_unique<followed_files>(std::vector<std::string>{path}, std::vector<std::string>{},
                                         line_rules{}, times, false, host);
    ::setrlimit(RLIMIT_NOFILE, &before);
    return made;
  }();
  line_reader reader(std::move(queue));
  std::vector<std::string> lines;
  const steady::time_point limit = in_a_minute();
  for (bool appended = false; lines.size() < 2 && steady::now() < limit;) {
    (void)reader.fill(limit);
    take(reader, lines);
    if (!lines.empty() && !std::exchange(appended, true)) append("log", "b\n");
  }
  EXPECT_THAT(lines, ElementsAre("1:a", "2:b"));
}

TEST_F(followed_files_test, files_beyond_the_limit_wait_until_others_are_gone) {
  constexpr std::size_t files = 80;
  for (std::size_t i = 0; i < files; ++i) folder_.write(std::to_string(i) + ".log", "a\n");
  tempest::test::few_descriptors limit(64);
  follower log({folder_ / "*.log"}, {.linger = milliseconds(50), .look_every = milliseconds(20)});
  const std::size_t held = log.read_for(milliseconds(200)).size();
  EXPECT_GT(held, 30U);
  EXPECT_LT(held, files);
  const std::string said = std::to_string(files - held) +
                           " of 80 files are not read for now: this "
                           "process may have 64 files open: raise the limit (ulimit -n";
  EXPECT_THAT(log.host.errors, HasSubstr(said));
  EXPECT_EQ(std::count(log.host.errors.begin(), log.host.errors.end(), '\n'), 1);
  EXPECT_GE(limit.use_up(), 7U); // were left to others
  limit.free();

  const std::vector<std::string> begun = log.host.begun;
  std::ofstream(begun.back(), std::ios::app) << "b\n";
  EXPECT_EQ(log.read(held + 1).back(), "2:b");
  for (const std::string& path : begun) std::filesystem::remove(path);
  EXPECT_EQ(log.read(files + 1).size(), files + 1);
  EXPECT_EQ(std::count(log.host.errors.begin(), log.host.errors.end(), '\n'), 1);
}

TEST_F(followed_files_test, folders_that_cannot_be_looked_at_for_now_have_what_they_had) {
  const std::string path = folder_.write("a.log", "a\n");
  follower log({folder_ / "*.log"}, {.linger = milliseconds(20), .look_every = milliseconds(10)});
  log.read(1);
  {
    tempest::test::few_descriptors limit(64);
    limit.use_up();
    log.read_for(milliseconds(200));
    EXPECT_THAT(log.host.errors, HasSubstr("may have 64 files open"));
  }
  append("a.log", "b\n");
  EXPECT_THAT(log.read(2), ElementsAre("1:a", "2:b"));
  EXPECT_THAT(log.host.begun, ElementsAre(path));
}

TEST_F(followed_files_test, what_cannot_be_followed_is_said_and_the_rest_goes_on) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  folder_.write("log", "a\n");
  follower log({folder_ / "pipe", folder_ / "log"});
  EXPECT_THAT(log.read(1), ElementsAre("1:a"));
  EXPECT_THAT(log.host.infos, HasSubstr("pipe': only a file can be followed"));
}

// As gzip writes it, in two parts.
TEST_F(followed_files_test, a_compressed_file_is_waited_for_as_any_other) {
  const std::string path = folder_ / "log.gz";
  const gzFile file = ::gzopen(path.c_str(), "w");
  ::gzputs(file, "a\n");
  ::gzflush(file, Z_SYNC_FLUSH);
  follower log({path});
  EXPECT_THAT(log.read(1), ElementsAre("1:a"));
  ::gzputs(file, "b\n");
  ::gzclose(file);
  EXPECT_THAT(log.read(2), ElementsAre("1:a", "2:b"));
  EXPECT_EQ(log.host.errors, "");
  append("log.gz", "no gzip");
  log.read_for(milliseconds(50));
  EXPECT_THAT(log.host.errors, HasSubstr("log.gz': its compressed data is damaged near byte "));
}

TEST_F(followed_files_test, sleeps_while_nothing_happens) {
  follower log({folder_.write("log", "a\n")});
  log.read(1);
  const auto used = [] {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
  };
  const long before = used();
  log.read_for(milliseconds(1500));
  EXPECT_LT(used() - before, 20); // sleeps and wakes once a second
}

TEST_F(followed_files_test, a_neighbour_that_is_written_all_the_time_costs_little) {
  follower log({folder_.write("log", "a\n")});
  log.read(1);
  folder_.write("neighbour", "");
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    const int fd = ::open((folder_ / "neighbour").c_str(), O_WRONLY | O_APPEND);
    while (!stop) (void)!::write(fd, "x\n", 2);
    ::close(fd);
  });
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const long before = usage.ru_nvcsw;
  log.read_for(milliseconds(500));
  ::getrusage(RUSAGE_THREAD, &usage);
  stop = true;
  writer.join();
  EXPECT_LT(usage.ru_nvcsw - before, 200);
}

} // namespace
} // namespace file_lines
