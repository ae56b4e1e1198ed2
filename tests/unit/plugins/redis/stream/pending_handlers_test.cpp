#include "plugins/redis/stream/pending_handlers.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis::stream {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

std::vector<pending_handler> parse(std::string_view json) {
  return parse_pending_handlers(json, milliseconds(60'000), "orders");
}

std::string refusal(std::string_view json) {
  try {
    (void)parse(json);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(pending_handlers, say_what_to_do_with_whom) {
  const auto handlers = parse(R"([
    {"action": "move", "to": "sorted_set", "key": "poison", "min_idle_time": "5m",
     "times_delivered": 4},
    {"action": "delete", "min_idle_time": 3600000},
    {"action": "claim"}])");
  ASSERT_EQ(handlers.size(), 3U);
  EXPECT_EQ(handlers[0].action, pending_action::to_sorted_set);
  EXPECT_EQ(handlers[0].key, "poison");
  EXPECT_EQ(handlers[0].min_idle, milliseconds(300'000));
  EXPECT_EQ(handlers[0].times_delivered, 4U);
  EXPECT_EQ(handlers[1].action, pending_action::remove);
  EXPECT_EQ(handlers[1].min_idle, milliseconds(3'600'000));
  EXPECT_EQ(handlers[2].action, pending_action::claim);
  EXPECT_EQ(handlers[2].min_idle, milliseconds(60'000)) << "the lease";
  EXPECT_EQ(parse(R"([{"action": "ack", "min_idle_time": "1.5 m"}])")[0].min_idle,
            milliseconds(90'000));
  EXPECT_TRUE(parse("[]").empty());
}

TEST(pending_handlers, the_first_that_applies_wins) {
  const auto handlers = parse(R"([
    {"action": "ack", "times_delivered": 3},
    {"action": "claim", "min_idle_time": "2m"}])");
  const auto which = [&](int idle_s, std::uint32_t deliveries) {
    return first_that_applies(handlers, {{}, {}, std::chrono::seconds(idle_s), deliveries});
  };
  EXPECT_EQ(which(60, 3), 0U);
  EXPECT_EQ(which(500, 9), 0U);
  EXPECT_EQ(which(120, 2), 1U);
  EXPECT_EQ(which(119, 2), std::nullopt);
  EXPECT_EQ(which(59, 3), std::nullopt);
}

TEST(pending_handlers, keep_from_being_read_what_the_first_of_them_ends) {
  const auto handlers = parse(R"([
    {"action": "ack", "times_delivered": 3},
    {"action": "claim", "min_idle_time": "2m"},
    {"action": "delete", "min_idle_time": "1h"}])");
  const auto kept = [&](int idle_s, std::uint32_t deliveries) {
    return is_not_to_be_read(handlers, {{}, {}, std::chrono::seconds(idle_s), deliveries});
  };
  EXPECT_TRUE(kept(60, 3));
  EXPECT_FALSE(kept(59, 3)) << "none applies";
  EXPECT_FALSE(kept(7200, 2)) << "it is claimed before it would be deleted";
  EXPECT_FALSE(is_not_to_be_read({}, {{}, {}, std::chrono::seconds(7200), 9}));
}

TEST(pending_handlers, say_what_is_wrong_and_with_which) {
  EXPECT_THAT(refusal("{}"), HasSubstr("no list"));
  EXPECT_THAT(refusal(R"(["claim"])"), HasSubstr("number 1: it is no table"));
  EXPECT_THAT(refusal(R"([{"action":"claim"},{"action":"eat"}])"),
              HasSubstr(R"(number 2: the action "eat" is unknown)"));
  EXPECT_THAT(refusal(R"([{}])"), HasSubstr("`action` is missing"));
  EXPECT_THAT(refusal(R"([{"action":"claim","idle":1}])"), HasSubstr("`idle` is unknown"));
  EXPECT_THAT(refusal(R"([{"action":"ack","key":"x"}])"), HasSubstr("mean nothing"));
  EXPECT_THAT(refusal(R"([{"action":"move","key":"x"}])"), HasSubstr("`to` is missing"));
  EXPECT_THAT(refusal(R"([{"action":"move","to":"hash","key":"x"}])"), HasSubstr("\"hash\""));
  EXPECT_THAT(refusal(R"([{"action":"move","to":"list"}])"), HasSubstr("`key` is missing"));
  EXPECT_THAT(refusal(R"([{"action":"move","to":"stream","key":"orders"}])"),
              HasSubstr("the stream that is read"));
  EXPECT_THAT(refusal(R"([{"action":"claim","times_delivered":-1}])"),
              HasSubstr("`times_delivered`"));
  for (const char* time :
       {"\"soon\"", "\"5\\u0000\"", "-1", "1.5", "\"-3s\"", "true", "\"9999999999999d\""}) {
    EXPECT_THAT(refusal(std::string(R"([{"action":"claim","min_idle_time":)") + time + "}]"),
                HasSubstr("no duration"))
        << time;
  }
}

TEST(pending_handlers, leave_alone_what_is_somebodys_still) {
  EXPECT_THAT(refusal(R"([{"action":"delete","min_idle_time":"59s"}])"),
              HasSubstr("shorter than `lease` (60000 ms)"));
  EXPECT_EQ(refusal(R"([{"action":"delete","min_idle_time":"60s"}])"), "accepted");
}

} // namespace
} // namespace redis::stream
