// What is remembered of files, as text and back.
#include "plugins/file/state_text.hpp"

#include <gmock/gmock.h>

namespace file_lines {
namespace {

using testing::HasSubstr;

remembered_state two_files() {
  remembered_file first;
  first.id = {2049, 1835023};
  first.print = {1024, 0x89ab12cd34ef5678};
  first.mark = "5f3a9c01";
  first.seen_s = 1796000000;
  first.path = "logs/app 100%.log\nx";
  first.open = {{1024, 2048, 17, 1, 12}, {4096, stretch::without_end, 60, 0, 0}};
  remembered_file second;
  second.mark = "00000000";
  second.path = "b";
  return {0x0123456789abcdef, {first, second}};
}

TEST(state_text_test, it_is_made_for_people) {
  EXPECT_EQ(state_text(two_files()),
            "tempest file state 2\n"
            "seed 0123456789abcdef\n"
            "file 2049 1835023 print 1024 89ab12cd34ef5678 mark 5f3a9c01 seen 1796000000 "
            "logs/app 100%25.log%0ax\n"
            "  open 1024 2048 line 17 lines 12 failures 1\n"
            "  rest 4096 line 60\n"
            "file 0 0 print 0 0000000000000000 mark 00000000 seen 0 b\n"
            "end 2 check 653509f6\n");
}

TEST(state_text_test, what_was_written_is_read) {
  EXPECT_EQ(state_in(state_text(two_files())), two_files());
  EXPECT_EQ(state_in(state_text({})), remembered_state{});
}

std::string problem(const std::string& text) {
  try {
    (void)state_in(text);
  } catch (const bad_state& why) {
    return why.what();
  }
  return "none";
}

TEST(state_text_test, damage_is_named_with_its_line) {
  EXPECT_EQ(problem(""), "line 1: the end is missing");
  EXPECT_THAT(problem("id,name\n"), HasSubstr("line 1: 'tempest file state ' is missing"));
  EXPECT_THAT(problem("tempest file state 1\nend 0\n"), HasSubstr("line 1: it has version 1"));
  EXPECT_THAT(problem("tempest file state 2\nend 0\n"), HasSubstr("line 2: 'seed ' is missing"));
  const std::string good = state_text(two_files());
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), instead);
  };
  EXPECT_THAT(problem(with("2049", "x")), HasSubstr("line 3: the device is no number"));
  EXPECT_THAT(problem(with("print 1024", "print 1025")), HasSubstr("line 3: "));
  EXPECT_THAT(problem(with("%0a", "%zz")), HasSubstr("line 3: what follows %"));
  EXPECT_THAT(problem(with("line 17", "line 0")), HasSubstr("line 4: lines are counted from 1"));
  EXPECT_THAT(problem(with("lines 12", "lines 0")), HasSubstr("line 4: it has no lines"));
  EXPECT_THAT(problem(with("failures 1", "failures 1 x")), HasSubstr("line 4: there is more"));
  EXPECT_THAT(problem(with("rest 4096", "rest 2000")), HasSubstr("line 5: it overlaps"));
  EXPECT_THAT(problem(with("  rest", " rest")), HasSubstr("line 5: "));
  EXPECT_THAT(problem(with("end 2", "end 3")), HasSubstr("line 7: files are missing"));
  EXPECT_THAT(problem(good + "x\n"), HasSubstr("line 8: there is more after the end"));
  EXPECT_THAT(problem(good.substr(0, good.size() - 1)), HasSubstr("line 7: its end is missing"));
}

// Each of these would be read, and lines be left out or read again.
TEST(state_text_test, a_number_that_was_changed_is_damage_too) {
  const std::string good = state_text(two_files());
  for (const std::string number : {"2049", "1835023", "1796000000", "1024 2048", "17", "4096"}) {
    std::string text = good;
    char& digit = text[text.find(number) + number.size() - 1];
    digit = digit == '9' ? '8' : '9';
    EXPECT_THAT(problem(text), HasSubstr("line 7: the check is of other lines")) << number;
  }
}

// However a text is cut or changed: that is an error.
TEST(state_text_test, any_slip_is_seen) {
  const std::string good = state_text(two_files());
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_NE(problem(good.substr(0, i)), "none");
    for (const char byte : {'\0', ' ', '9', '%', '\n', '\xff'}) {
      std::string text = good;
      text[i] = byte;
      EXPECT_EQ(problem(text) == "none", text == good) << i;
    }
  }
}

} // namespace
} // namespace file_lines
