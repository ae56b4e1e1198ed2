#include "plugins/redis/list/elements.hpp"

#include <gmock/gmock.h>

#include "plugins/redis/list/options.hpp"

namespace redis::list {
namespace {

using testing::HasSubstr;

// Builds replies as the parser would.
class builder {
 public:
  builder& array(std::uint32_t count) {
    made.add({.type = reply_type::array, .elements = count});
    return *this;
  }
  builder& number(std::int64_t value) {
    made.add({.type = reply_type::integer, .integer = value});
    return *this;
  }
  builder& text(std::string_view bytes) {
    made.add_text(reply_type::string, bytes.data(), bytes.size());
    return *this;
  }
  reply made;
};

TEST(mark, has_one_to_three_parts) {
  EXPECT_EQ(parse_mark("17")->number, 17U);
  EXPECT_EQ(parse_mark("17")->failures, 0U);
  EXPECT_EQ(parse_mark("17 2")->failures, 2U);
  EXPECT_EQ(parse_mark("17 2")->letter, "");
  EXPECT_EQ(parse_mark("17 0 ab-12")->letter, "ab-12");
  for (const char* text : {"", "x", "17x", "17 x", "-1", "17 -1", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_mark(text)) << text;
  }
}

TEST(taken, elements_are_numbered_from_the_first_unless_they_were_known) {
  builder from;
  from.array(3).array(0);
  from.array(3).number(7).array(2).text("a").text("b").array(2).number(2).text("3 1 x");
  from.array(3).number(1).array(1).text("c").array(0);
  std::vector<element> found;
  ASSERT_TRUE(find_taken(from.made, found));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].list, 1U);
  EXPECT_EQ(found[0].bytes, "a");
  EXPECT_EQ(found[0].known.number, 7U);
  EXPECT_EQ(found[1].known.number, 3U);
  EXPECT_EQ(found[1].known.failures, 1U);
  EXPECT_EQ(found[1].known.letter, "x");
  EXPECT_EQ(found[2].list, 2U);
  EXPECT_EQ(found[2].bytes, "c");
}

TEST(taken, a_mark_that_is_none_is_passed_over) {
  std::vector<element> found;
  ASSERT_TRUE(find_taken(builder()
                             .array(1)
                             .array(3)
                             .number(7)
                             .array(2)
                             .text("a")
                             .text("b")
                             .array(4)
                             .number(1)
                             .text("x")
                             .number(2)
                             .text("3 1")
                             .made,
                         found));
  EXPECT_EQ(found[0].known.number, 7U);
  EXPECT_EQ(found[1].known.number, 3U);
}

TEST(taken, another_shape_is_refused) {
  std::vector<element> found;
  EXPECT_FALSE(find_taken(reply(), found));
  EXPECT_FALSE(find_taken(builder().number(1).made, found));
  EXPECT_FALSE(find_taken(builder().array(1).made, found));
  EXPECT_FALSE(find_taken(builder().array(1).number(1).made, found));
  EXPECT_FALSE(find_taken(builder().array(1).array(3).number(1).made, found));
  EXPECT_FALSE(find_taken(builder().array(1).array(3).number(1).array(2).text("a").made, found));
  EXPECT_FALSE(find_taken(builder().array(1).array(3).number(1).array(1).text("a").made, found));
  EXPECT_FALSE(find_taken(
      builder().array(1).array(3).number(1).array(1).text("a").array(2).number(2).text("1").made,
      found));
  EXPECT_FALSE(find_taken(builder().array(1).array(0).text("more").made, found));
}

} // namespace
} // namespace redis::list
