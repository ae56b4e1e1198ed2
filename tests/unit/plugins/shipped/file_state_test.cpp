// What one run of source `file` with `state` leaves to the next.
#include <gmock/gmock.h>

#include <set>

#include "tests/unit/plugins/shipped/file_with_state.hpp"

namespace tempest::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_F(file_with_state, with_state_it_says_that_it_reads_at_least_once) {
  folder_.write("log", "");
  start();
  EXPECT_EQ(source_->traits().guarantee, TEMPEST_AT_LEAST_ONCE);
  EXPECT_EQ(source_->traits().counts_deliveries, 1u);
}

TEST_F(file_with_state, what_is_done_with_is_not_read_again_and_the_rest_is) {
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
TEST_F(file_with_state, an_acknowledgement_is_confirmed_when_it_is_written) {
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
TEST_F(file_with_state, the_end_of_a_line_that_has_failed_is_written_at_once) {
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
TEST_F(file_with_state, many_acknowledgements_are_not_waited_with) {
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

TEST_F(file_with_state, after_a_crash_what_was_not_written_is_read_again) {
  folder_.write("log", "a\nb\n");
  start();
  read();
  settle("a", TEMPEST_ACK);
  start();
  EXPECT_THAT(read(), ElementsAre("a", "b"));
}

// One that is killed again and again before a second has passed, say.
TEST_F(file_with_state, a_process_whose_lives_are_short_gets_on) {
  using std::chrono::steady_clock;
  std::string lines;
  for (int i = 0; i < 200'000; ++i) lines += std::to_string(i) + "\n";
  folder_.write("log", lines);
  const auto limit = steady_clock::now() + std::chrono::seconds(20);
  std::string first = "0";
  while (first == "0" && steady_clock::now() < limit) {
    start();
    const auto end = steady_clock::now() + std::chrono::milliseconds(200);
    while (steady_clock::now() < end) {
      source_->poll(10);
      source_->settle_open(TEMPEST_ACK);
    }
    first = payloads().at(0);
  }
  EXPECT_NE(first, "0");
}

// Who kills the process must be known by the id of his message: from the first one on.
TEST_F(file_with_state, after_a_crash_messages_have_the_ids_that_they_had) {
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

TEST_F(file_with_state, so_have_those_of_a_file_that_was_emptied) {
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

TEST_F(file_with_state, what_is_given_back_is_read_again_at_once) {
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

TEST_F(file_with_state, what_failed_is_read_by_the_next_run_with_its_failures) {
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

TEST_F(file_with_state, a_line_without_end_that_grew_is_read_on_where_it_was_left) {
  folder_.write("log", "a\nb");
  start();
  EXPECT_THAT(read(), ElementsAre("a", "b"));
  settle("a", TEMPEST_ACK);
  end();
  append("log", "cd\ne\n");
  start();
  EXPECT_THAT(read(), ElementsAre("b", "cd", "e")); // no byte twice in one run, none lost
}

TEST_F(file_with_state, long_lines_and_carriage_returns_keep_their_places) {
  folder_.write("log", "abcdef\r\nx\r\nlonger still\r\ny\r\n");
  start({{"max_line", toml(3)}});
  EXPECT_THAT(read(), UnorderedElementsAre("abc", "x", "lon", "y"));
  settle("x", TEMPEST_ACK);
  end();
  start({{"max_line", toml(3)}});
  EXPECT_THAT(read(), ElementsAre("abc", "lon", "y"));
  EXPECT_EQ(source_->messages[1].headers[0].second, "10");
}

// The second one is half read when a line of the first comes back.
TEST_F(file_with_state, what_is_given_back_of_one_file_leaves_the_next_one_whole) {
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

TEST_F(file_with_state, compressed_files_are_unpacked_again_up_to_what_is_open) {
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

TEST_F(file_with_state, what_cannot_be_is_refused_with_a_reason) {
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

TEST_F(file_with_state, a_folder_whose_name_looks_like_a_pattern_is_meant_as_it_is) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::create_directory(folder_ / "[ab]*");
  std::filesystem::current_path(folder_ / "[ab]*");
  EXPECT_THAT(refusal(descriptor_, {{"path", toml("*")}, {"state", toml("s")}}),
              HasSubstr("'*' covers 's'"));
  std::filesystem::current_path(before);
}

} // namespace
} // namespace tempest::test
