// What failed is said, and does not flood the log.
#include "runtime/service/incident_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

namespace tempest::service {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t second = 1'000'000'000;

std::string logged(const std::function<void()>& what) {
  testing::internal::CaptureStderr();
  what();
  return testing::internal::GetCapturedStderr();
}

engine::incident incident(const std::string& id) {
  engine::incident made;
  made.task = 1;
  made.message_id = id;
  made.reason = "no luck";
  made.attempt = 2;
  made.next_try = 10 * second + 250'000'000;
  return made;
}

class an_incident_log : public testing::Test {
 protected:
  std::string write(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
                    std::int64_t now) {
    return logged([&] { log_.write(incidents, omitted, now); });
  }
  incident_log log_{"shop", {"split", "count"}};
};

TEST_F(an_incident_log, names_topology_task_message_reason_and_what_follows) {
  const std::string line = write({incident("17-0")}, 0, 10 * second);
  for (const char* part :
       {"warn", "attempt 2 failed, the next follows in 250 ms: no luck", "shop", "count", "17-0"}) {
    EXPECT_THAT(line, HasSubstr(part));
  }
  engine::incident end = incident("17-0");
  end.what = engine::incident::kind::given_up;
  end.action = "was acknowledged";
  EXPECT_THAT(write({end}, 0, 10 * second),
              testing::AllOf(HasSubstr("error"),
                             HasSubstr("failed after 2 attempts and was acknowledged: no luck")));
  end.attempt = 1;
  EXPECT_THAT(write({end}, 0, 10 * second), HasSubstr("failed after 1 attempt and was"));
  end.how = engine::failure_kind::rejected;
  EXPECT_THAT(write({end}, 0, 10 * second), HasSubstr("the message was rejected and was"));
}

TEST_F(an_incident_log, tells_no_time_that_has_passed) {
  EXPECT_THAT(write({incident("17-0")}, 0, 10 * second + 481'000'000),
              HasSubstr("attempt 2 failed, the next follows at once: no luck"));
}

TEST_F(an_incident_log, says_the_same_five_times_in_ten_seconds_and_then_how_often_it_was) {
  std::vector<engine::incident> many;
  for (int i = 10; i < 24; ++i) many.push_back(incident("id" + std::to_string(i)));
  const std::string first = write(many, 0, 10 * second);
  EXPECT_THAT(first, HasSubstr("id14"));
  EXPECT_THAT(first, Not(HasSubstr("id15")));
  EXPECT_EQ(write({incident("id24")}, 0, 15 * second), "");
  EXPECT_EQ(logged([&] { log_.flush(20 * second - 1); }), "");
  EXPECT_THAT(
      logged([&] { log_.flush(20 * second); }),
      testing::AllOf(
          HasSubstr("warn"),
          HasSubstr("10 more attempts failed the same way, the last with this message: no luck"),
          HasSubstr("task=count message=id24 repeated=10")));
  EXPECT_EQ(logged([&] { log_.flush(30 * second); }), "");
  EXPECT_THAT(write({incident("again")}, 0, 30 * second), HasSubstr("again"));
}

TEST_F(an_incident_log, tells_tasks_reasons_and_ends_apart) {
  const auto five = [](const std::function<void(engine::incident&)>& change) {
    engine::incident one = incident("17-0");
    change(one);
    return std::vector<engine::incident>(5, one);
  };
  EXPECT_NE(write(five([](auto&) {}), 0, 10 * second), "");
  EXPECT_NE(write(five([](auto& one) { one.task = 0; }), 0, 12 * second), "");
  EXPECT_NE(write(five([](auto& one) { one.reason = "other"; }), 0, 14 * second), "");
  EXPECT_NE(
      write(five([](auto& one) { one.what = engine::incident::kind::given_up; }), 0, 16 * second),
      "");
}

TEST_F(an_incident_log, says_what_is_left_at_the_end) {
  std::vector<engine::incident> many(7, incident("17-0"));
  for (engine::incident& one : many) one.what = engine::incident::kind::given_up;
  write(many, 3, 10 * second);
  EXPECT_THAT(logged([&] { log_.close(); }),
              testing::AllOf(HasSubstr("error"), HasSubstr("2 more messages failed for good the"),
                             HasSubstr(" 3 more failures like these")));
}

std::vector<engine::incident> of_many_reasons(int count, const std::string& id) {
  std::vector<engine::incident> made;
  for (int i = 0; i < count; ++i) {
    made.push_back(incident(id));
    made.back().reason = "reason " + std::to_string(i);
  }
  return made;
}

TEST_F(an_incident_log, says_how_messages_end_however_many_are_tried_again) {
  std::vector<engine::incident> many = of_many_reasons(100, "again");
  engine::incident end = incident("17-0");
  end.what = engine::incident::kind::given_up;
  end.action = "goes to the dead letters";
  many.push_back(end);
  EXPECT_THAT(write(many, 0, 10 * second),
              HasSubstr("failed after 2 attempts and goes to the dead letters"));
}

TEST_F(an_incident_log, says_ten_a_second_and_counts_the_rest) {
  const std::string first = write(of_many_reasons(100, "id"), 100, 10 * second);
  EXPECT_THAT(first, HasSubstr("reason 9 "));
  EXPECT_THAT(first, Not(HasSubstr("reason 10 ")));
  EXPECT_EQ(logged([&] { log_.flush(11 * second - 1); }), "");
  // Those that it could not tell apart, and those that were omitted.
  EXPECT_THAT(logged([&] { log_.flush(11 * second); }), HasSubstr("136 more failures like these"));
  EXPECT_THAT(write({incident("again")}, 0, 12 * second), HasSubstr("again"));
}

// One line for each of what was held back would be no less than to say it.
TEST_F(an_incident_log, counts_in_one_line_what_happened_once_and_was_held_back) {
  write(of_many_reasons(60, "id"), 0, 10 * second);
  const std::string after = logged([&] { log_.flush(20 * second); });
  EXPECT_THAT(after, HasSubstr("50 more failures like these"));
  EXPECT_EQ(std::count(after.begin(), after.end(), '\n'), 1) << after;
}

TEST_F(an_incident_log, names_the_ten_that_were_held_back_most_often) {
  for (int times = 0; times < 3; ++times) write(of_many_reasons(30, "id"), 0, 10 * second);
  write({of_many_reasons(30, "id").back()}, 0, 10 * second);
  const std::string after = logged([&] { log_.flush(20 * second); });
  EXPECT_THAT(after, HasSubstr("4 more attempts failed the same way, the last with this message: "
                               "reason 29"));
  EXPECT_EQ(std::count(after.begin(), after.end(), '\n'), 11) << after;
  EXPECT_THAT(after, HasSubstr("50 more failures like these"));
}

} // namespace
} // namespace tempest::service
