// What a run of source `file` with `state` reads of files that changed: moved, cut, gone.
#include <gmock/gmock.h>

#include <set>

#include "plugins/file/state_text.hpp"
#include "tests/unit/plugins/shipped/file_with_state.hpp"

namespace tempest::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(file_with_state, a_file_that_takes_the_place_of_another_has_a_mark_of_its_own) {
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

TEST_F(file_with_state, a_file_that_was_moved_between_runs_is_read_to_its_end_first) {
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

TEST_F(file_with_state, so_is_one_that_is_followed) {
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

TEST_F(file_with_state, a_pattern_that_covers_moved_files_reads_them_once) {
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

TEST_F(file_with_state, a_file_that_was_emptied_is_read_anew_and_its_losses_are_told) {
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

TEST_F(file_with_state, a_file_that_was_emptied_while_it_is_followed_loses_what_is_to_be_read) {
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

TEST_F(file_with_state, a_file_that_becomes_shorter_while_it_is_read_again_is_told) {
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

std::string long_lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(99, static_cast<char>('a' + i % 26)) + "\n";
  return text;
}

// They begin alike, for longer than the fingerprint.
TEST_F(file_with_state, a_file_that_was_cut_is_known_by_its_size_or_told_where_it_ends) {
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

TEST_F(file_with_state, another_file_with_the_same_inode_is_known_by_how_it_begins) {
  folder_.write("log", "a\nb\n");
  run();
  folder_.write("log", "x\ny\nz\n");
  EXPECT_THAT(run(), ElementsAre("x", "y", "z"));
}

TEST_F(file_with_state, a_file_that_is_gone_is_told_and_remembered_for_a_while) {
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

TEST_F(file_with_state, a_file_that_does_not_come_back_is_forgotten) {
  folder_.write("log", "");
  const file_lines::remembered_file gone{{1, 2}, {},     "00000000",
                                         1000,   "gone", {{0, 10, 1, 0, 5}, {10}}};
  folder_.write("state", file_lines::state_text({1, {gone}}));
  EXPECT_THAT(run(), IsEmpty());
  EXPECT_THAT(logged(), HasSubstr("'gone' did not come back: it is forgotten, and 5 lines"));
  EXPECT_THAT(folder_.read("state"), HasSubstr("\nend 1 check "));
  EXPECT_THAT(folder_.read("state"), Not(HasSubstr("gone")));
}

} // namespace
} // namespace tempest::test
