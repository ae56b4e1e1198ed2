// Source `file` with `state`: what one run leaves to the next, whatever became of its files.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <zlib.h>

#include <fstream>
#include <memory>
#include <set>

#include "plugins/file/state_text.hpp"
#include "tests/support/plugin_harness.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace tempest::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class file_state_test : public testing::Test {
 protected:
  // Begins a run; the one before has ended in whatever way.
  source_harness& start(given_options more = {}, const std::string& path = "log") {
    source_.reset();
    more.emplace("path", toml(folder_ / path));
    more.emplace("state", toml(folder_ / "state"));
    source_ = std::make_unique<source_harness>(descriptor_, more);
    EXPECT_TRUE(source_->connect());
    return *source_;
  }
  source_harness& follow(const std::string& path = "log") {
    config::value on;
    on.data = true;
    return start({{"follow", on}}, path);
  }
  // All that there is, or until `count` messages came.
  std::vector<std::string> read(std::size_t count = SIZE_MAX) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (source_->messages.size() < count && std::chrono::steady_clock::now() < limit) {
      if (source_->poll() == TEMPEST_POLL_END) break;
    }
    return payloads();
  }
  std::vector<std::string> payloads() const {
    std::vector<std::string> made;
    for (const pushed_message& one : source_->messages) made.push_back(one.payload);
    return made;
  }
  void settle(const std::string& payload, tempest_outcome outcome) {
    for (const pushed_message& one : source_->messages) {
      if (one.payload == payload && source_->open.count(one.token) > 0) {
        return source_->settle({one.token}, outcome);
      }
    }
    FAIL() << payload << " is not open";
  }
  void end() {
    source_->close();
    EXPECT_EQ(source_->broken, "");
    EXPECT_THAT(source_->settling, IsEmpty());
  }
  // A run that does all.
  std::vector<std::string> run(const std::string& path = "log") {
    start({}, path);
    read();
    source_->settle_open(TEMPEST_ACK);
    end();
    return payloads();
  }
  void append(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary | std::ios::app) << bytes;
  }
  void move(const std::string& from, const std::string& to) {
    std::filesystem::rename(folder_ / from, folder_ / to);
  }
  void pack(const std::string& name, const std::string& text) {
    const gzFile file = ::gzopen((folder_ / name).c_str(), "w");
    ::gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    ::gzclose(file);
  }
  const std::string& logged() const { return source_->host.logged; }

  const tempest_descriptor& descriptor_ =
      find_descriptor(TEMPEST_FILE_LIBRARY, TEMPEST_KIND_SOURCE, "file");
  scratch_folder folder_;
  std::unique_ptr<source_harness> source_;
};

TEST_F(file_state_test, with_state_it_says_that_it_reads_at_least_once) {
  folder_.write("log", "");
  start();
  EXPECT_EQ(source_->traits().guarantee, TEMPEST_AT_LEAST_ONCE);
  EXPECT_EQ(source_->traits().counts_deliveries, 1u);
}

TEST_F(file_state_test, what_is_done_with_is_not_read_again_and_the_rest_is) {
  folder_.write("log", "a\nb\nc\nd\n");
  start();
  read();
  const std::string id = source_->messages[1].id;
  settle("a", TEMPEST_ACK);
  settle("c", TEMPEST_ACK);
  end();
  append("log", "e\n");
  start();
  EXPECT_THAT(read(), ElementsAre("b", "d", "e"));
  EXPECT_EQ(source_->messages[0].id, id); // known again
  EXPECT_THAT(id, HasSubstr("log@"));
  EXPECT_THAT(source_->messages[2].id, HasSubstr(":5"));
  source_->settle_open(TEMPEST_ACK);
  end();
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_THAT(folder_.read("state"), HasSubstr("\n  rest 10 line 6\nend 1 check "));
}

// Confirmed is what the disk has.
TEST_F(file_state_test, an_acknowledgement_is_confirmed_when_it_is_written) {
  folder_.write("log", "a\nb\n");
  start();
  read();
  settle("a", TEMPEST_ACK);
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 0u);
  settle("b", TEMPEST_ACK);
  EXPECT_EQ(read().size(), 2u); // at the end there is nothing to wait for
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 2u);
  start(); // after a crash
  EXPECT_THAT(read(), IsEmpty());
}

// Who has failed may have killed the process, as the next one may.
TEST_F(file_state_test, the_end_of_a_line_that_has_failed_is_written_at_once) {
  for (const tempest_outcome outcome : {TEMPEST_FAIL, TEMPEST_ACK}) {
    folder_.write("log", "a\nb\n");
    start();
    read();
    source_->failed(source_->messages.back().token, 3);
    settle("b", outcome);
    EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 0u);
    source_->poll(1, 60'000);
    EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 1u);
    const std::string failed =
        outcome == TEMPEST_FAIL ? "  open 2 4 line 2 lines 1 failures 3\n" : "";
    EXPECT_THAT(folder_.read("state"), HasSubstr(failed + "  rest 4"));
  }
}

// They are held in memory until they are answered.
TEST_F(file_state_test, many_acknowledgements_are_not_waited_with) {
  constexpr std::size_t many = std::size_t{1} << 17;
  std::string text;
  for (std::size_t i = 0; i <= many; ++i) text += "x\n";
  folder_.write("log", text);
  start();
  ASSERT_EQ(read().size(), many + 1);
  std::vector<std::uint64_t> tokens;
  for (std::size_t i = 0; i < many; ++i) tokens.push_back(source_->messages[i].token);
  source_->settle(tokens, TEMPEST_ACK);
  source_->poll(1, 60'000);
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], many);
}

TEST_F(file_state_test, after_a_crash_what_was_not_written_is_read_again) {
  folder_.write("log", "a\nb\n");
  start();
  read();
  settle("a", TEMPEST_ACK);
  start();
  EXPECT_THAT(read(), ElementsAre("a", "b"));
}

// Who kills the process must be known by the id of his message: from the first one on.
TEST_F(file_state_test, after_a_crash_messages_have_the_ids_that_they_had) {
  folder_.write("log.1", "a\n");
  folder_.write("log.2", "b\n");
  const auto ids = [&](bool follows) {
    follows ? follow("log.*") : start({}, "log.*");
    read(2);
    return std::set<std::string>{source_->messages.at(0).id, source_->messages.at(1).id};
  };
  const std::set<std::string> had = ids(false);
  EXPECT_EQ(ids(false), had);
  EXPECT_EQ(ids(true), had);
}

TEST_F(file_state_test, so_have_those_of_a_file_that_was_emptied) {
  folder_.write("log", "a\nb\n");
  follow();
  read(2);
  folder_.write("log", "x\n"); // the same inode
  EXPECT_THAT(read(3), ElementsAre("a", "b", "x"));
  const std::string id = source_->messages[2].id;
  EXPECT_NE(id, source_->messages[0].id);
  follow(); // after a crash
  EXPECT_THAT(read(1), ElementsAre("x"));
  EXPECT_EQ(source_->messages[0].id, id);
}

TEST_F(file_state_test, a_file_that_takes_the_place_of_another_has_a_mark_of_its_own) {
  folder_.write("log", "a\n");
  std::set<std::string> ids;
  for (const char* const text : {"b\n", "c\n", "d\n"}) {
    start();
    read();
    ids.insert(source_->messages.at(0).id);
    source_->settle_open(TEMPEST_ACK);
    end();
    folder_.write("log", text); // the same inode
  }
  EXPECT_EQ(ids.size(), 3u);
}

TEST_F(file_state_test, what_is_given_back_is_read_again_at_once) {
  folder_.write("log", "a\nb\nc\n");
  start();
  read();
  source_->settle_open(TEMPEST_RETURN);
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 3u);
  EXPECT_THAT(read(), ElementsAre("a", "b", "c", "a", "b", "c"));
  settle("b", TEMPEST_RETURN);
  EXPECT_THAT(read().back(), "b");
  source_->settle_open(TEMPEST_ACK);
  end();
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(file_state_test, what_failed_is_read_by_the_next_run_with_its_failures) {
  folder_.write("log", "a\nb\nc\n");
  start();
  read();
  source_->failed(source_->messages[1].token, 3);
  settle("b", TEMPEST_FAIL);
  settle("a", TEMPEST_ACK);
  settle("c", TEMPEST_ACK);
  EXPECT_EQ(read().size(), 3u); // not in a hot loop
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 3u);
  end();
  start();
  EXPECT_THAT(read(), ElementsAre("b"));
  EXPECT_EQ(source_->messages[0].failures, 3u);
  EXPECT_EQ(source_->messages[0].deliveries, 4u);
}

TEST_F(file_state_test, a_line_without_end_that_grew_is_read_on_where_it_was_left) {
  folder_.write("log", "a\nb");
  start();
  EXPECT_THAT(read(), ElementsAre("a", "b"));
  settle("a", TEMPEST_ACK);
  end();
  append("log", "cd\ne\n");
  start();
  EXPECT_THAT(read(), ElementsAre("b", "cd", "e")); // no byte twice in one run, none lost
}

TEST_F(file_state_test, long_lines_and_carriage_returns_keep_their_places) {
  folder_.write("log", "abcdef\r\nx\r\nlonger still\r\ny\r\n");
  start({{"max_line", toml(3)}});
  EXPECT_THAT(read(), UnorderedElementsAre("abc", "x", "lon", "y"));
  settle("x", TEMPEST_ACK);
  end();
  start({{"max_line", toml(3)}});
  EXPECT_THAT(read(), ElementsAre("abc", "lon", "y"));
  EXPECT_EQ(source_->messages[1].headers[0].second, "10");
}

TEST_F(file_state_test, a_file_that_was_moved_between_runs_is_read_to_its_end_first) {
  folder_.write("log", "a\nb\n");
  start();
  read();
  const std::string id = source_->messages[1].id;
  settle("a", TEMPEST_ACK);
  end();
  append("log", "c\n");
  move("log", "log.1");
  folder_.write("log", "x\n");
  start();
  EXPECT_THAT(read(), ElementsAre("b", "c", "x"));
  EXPECT_EQ(source_->messages[0].id, id);
  source_->settle_open(TEMPEST_ACK);
  end();
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_THAT(folder_.read("state"), HasSubstr("\nend 1 check ")); // the moved one is done with
}

TEST_F(file_state_test, so_is_one_that_is_followed) {
  folder_.write("log", "a\nb\n");
  follow();
  read(2);
  settle("a", TEMPEST_ACK);
  end();
  append("log", "c\n");
  move("log", "log.1");
  folder_.write("log", "x\n");
  follow();
  EXPECT_THAT(read(3), ElementsAre("b", "c", "x"));
  append("log", "y\n");
  EXPECT_THAT(read(4), ElementsAre("b", "c", "x", "y"));
  source_->settle_open(TEMPEST_ACK);
  end();
  append("log", "z\n");
  follow();
  EXPECT_THAT(read(1), ElementsAre("z"));
}

TEST_F(file_state_test, a_pattern_that_covers_moved_files_reads_them_once) {
  folder_.write("log", "a\n");
  run("log*");
  move("log", "log.1");
  folder_.write("log", "b\n");
  EXPECT_THAT(run("log*"), ElementsAre("b"));
  move("log.1", "log.2");
  move("log", "log.1");
  folder_.write("log", "c\n");
  EXPECT_THAT(run("log*"), ElementsAre("c"));
  EXPECT_THAT(run("log*"), IsEmpty());
}

TEST_F(file_state_test, a_file_that_was_emptied_is_read_anew_and_its_losses_are_told) {
  folder_.write("log", "a\nb\nc\n");
  start();
  read();
  settle("a", TEMPEST_ACK);
  end();
  folder_.write("log", "x\n"); // the same file
  start();
  EXPECT_THAT(read(), ElementsAre("x"));
  EXPECT_THAT(logged(), HasSubstr("log' was emptied or replaced since it was read last: 2 lines of "
                                  "it that were not done with are lost"));
  source_->settle_open(TEMPEST_ACK);
  end();
  EXPECT_THAT(run(), IsEmpty());
}

TEST_F(file_state_test, a_file_that_was_emptied_while_it_is_followed_loses_what_is_to_be_read) {
  folder_.write("log", "a\nb\nc\n");
  follow();
  read(3);
  settle("a", TEMPEST_FAIL);
  folder_.write("log", "x\n");
  EXPECT_THAT(read(4).back(), "x");
  settle("b", TEMPEST_RETURN);
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_GONE], 1u);
  EXPECT_THAT(logged(), HasSubstr("1 lines that were not done with are lost"));
  settle("c", TEMPEST_ACK); // is done all the same
  settle("x", TEMPEST_ACK);
  end();
  EXPECT_EQ(source_->answers[TEMPEST_SETTLED_OK], 3u);
  EXPECT_THAT(logged(), HasSubstr("1 lines of it that had to be read again are lost"));
  EXPECT_THAT(folder_.read("state"), HasSubstr("rest 2 line 2\nend 1 check "));
}

TEST_F(file_state_test, a_file_that_becomes_shorter_while_it_is_read_again_is_told) {
  folder_.write("log", "a\nb\nc\n");
  start();
  read();
  source_->settle_open(TEMPEST_RETURN);
  std::filesystem::resize_file(folder_ / "log", 2);
  read();
  EXPECT_THAT(payloads(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(logged(), HasSubstr("log' was emptied or removed while it was in use: 3 lines of it "
                                  "that had to be read again are lost"));
}

// The second one is half read when a line of the first comes back.
TEST_F(file_state_test, what_is_given_back_of_one_file_leaves_the_next_one_whole) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "b" + std::to_string(i) + "\n";
  folder_.write("log.1", "a\n");
  folder_.write("log.2", text);
  start({}, "log.*");
  while (source_->messages.size() < 11) source_->poll(11 - source_->messages.size());
  settle("a", TEMPEST_RETURN);
  read();
  ASSERT_EQ(source_->messages.size(), 1002u);
  const std::set<std::string> seen = [&] {
    const std::vector<std::string> all = payloads();
    return std::set<std::string>(all.begin(), all.end());
  }();
  EXPECT_EQ(seen.size(), 1001u);
  EXPECT_EQ(seen.count("b999"), 1u);
}

std::string long_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(99, static_cast<char>('a' + i % 26)) + "\n";
  return text;
}

// They begin alike, for longer than the fingerprint.
TEST_F(file_state_test, a_file_that_was_cut_is_known_by_its_size_or_told_where_it_ends) {
  folder_.write("log", long_lines(30));
  start();
  EXPECT_EQ(read().size(), 30u);
  source_->settle_open(TEMPEST_RETURN);
  std::filesystem::resize_file(folder_ / "log", 2000);
  EXPECT_EQ(read().size(), 50u);
  EXPECT_THAT(logged(), HasSubstr("log' has become shorter: 10 lines of it that had to be read "
                                  "again are lost"));
  end();
  start();
  EXPECT_EQ(read().size(), 20u); // from its beginning
  EXPECT_THAT(logged(), HasSubstr("20 lines of it that were not done with are lost"));
}

TEST_F(file_state_test, another_file_with_the_same_inode_is_known_by_how_it_begins) {
  folder_.write("log", "a\nb\n");
  run();
  folder_.write("log", "x\ny\nz\n");
  EXPECT_THAT(run(), ElementsAre("x", "y", "z"));
}

TEST_F(file_state_test, a_file_that_is_gone_is_told_and_remembered_for_a_while) {
  folder_.write("log", "a\nb\n");
  folder_.write("other", "o\n");
  const std::string path = folder_ / "log";
  start();
  read();
  end();
  move("log", "elsewhere");
  std::filesystem::create_directory(folder_ / "away");
  move("elsewhere", "away/log");
  follow();
  EXPECT_THAT(logged(), HasSubstr("log' that was read last is not there any more: 2 lines of it"));
  end();
  move("away/log", "log");
  start();
  EXPECT_THAT(read(), ElementsAre("a", "b"));
}

TEST_F(file_state_test, a_file_that_does_not_come_back_is_forgotten) {
  folder_.write("log", "");
  const file_lines::remembered_file gone{{1, 2}, {},     "00000000",
                                         1000,   "gone", {{0, 10, 1, 0, 5}, {10}}};
  folder_.write("state", file_lines::state_text({1, {gone}}));
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_THAT(logged(), HasSubstr("'gone' did not come back: it is forgotten, and 5 lines"));
  EXPECT_THAT(folder_.read("state"), HasSubstr("\nend 1 check "));
  EXPECT_THAT(folder_.read("state"), Not(HasSubstr("gone")));
}

TEST_F(file_state_test, compressed_files_are_unpacked_again_up_to_what_is_open) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "number " + std::to_string(i) + "\n";
  pack("log", text);
  start();
  read();
  ASSERT_EQ(source_->messages.size(), 200'000u);
  std::vector<std::uint64_t> done;
  for (std::size_t i = 0; i < source_->messages.size(); ++i) {
    if (i % 1000 != 7) done.push_back(source_->messages[i].token);
  }
  source_->settle(done, TEMPEST_ACK);
  end();
  start();
  EXPECT_EQ(read().size(), 200u);
  EXPECT_EQ(payloads()[0], "number 7");
  EXPECT_EQ(payloads()[199], "number 199007");
  EXPECT_THAT(source_->messages[199].id, HasSubstr(":199008"));
}

std::string refusal(const tempest_descriptor& descriptor, const given_options& given) {
  try {
    source_harness source(descriptor, given);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}
TEST_F(file_state_test, what_cannot_be_is_refused_with_a_reason) {
  const auto with = [&](const std::string& path, const std::string& state) {
    return refusal(descriptor_, {{"path", toml(path)}, {"state", toml(folder_ / state)}});
  };
  EXPECT_THAT(with("-", "s"), HasSubstr("standard input cannot be remembered"));
  EXPECT_THAT(with(folder_ / "*", "s"), HasSubstr("covers '" + (folder_ / "s") + "'"));
  EXPECT_THAT(with(folder_ / "./*", "x/../s"), HasSubstr("./*' covers '" + (folder_ / "x/../s")));
  EXPECT_THAT(with(folder_ / "a", "./a"), HasSubstr("covers"));
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(with(folder_ / "pipe", "s"), HasSubstr("pipe cannot be remembered"));
  folder_.write("log", "a\n");
  folder_.write("notes", "hello\n");
  EXPECT_THAT(with(folder_ / "log", "notes"),
              HasSubstr("notes' is damaged or none of this source: line 1: "));
  start();
  EXPECT_THAT(with(folder_ / "log", "state"), HasSubstr("is in use by process"));
}

TEST_F(file_state_test, a_folder_whose_name_looks_like_a_pattern_is_meant_as_it_is) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::create_directory(folder_ / "[ab]*");
  std::filesystem::current_path(folder_ / "[ab]*");
  EXPECT_THAT(refusal(descriptor_, {{"path", toml("*")}, {"state", toml("s")}}),
              HasSubstr("'*' covers 's'"));
  std::filesystem::current_path(before);
}

} // namespace
} // namespace tempest::test
