// What failed is said, and does not flood the log.
#include "runtime/service/incident_log.hpp"

#include <gmock/gmock.h>

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

TEST_F(an_incident_log, says_how_messages_end_however_many_are_tried_again) {
  std::vector<engine::incident> many(20, incident("again"));
  engine::incident end = incident("17-0");
  end.what = engine::incident::kind::given_up;
  end.action = "goes to the dead letters";
  many.insert(many.end(), 12, end);
  const std::string said = write(many, 0, 10 * second);
  EXPECT_THAT(said, HasSubstr("failed after 2 attempts and goes to the dead letters"));
  EXPECT_THAT(logged([&] { log_.flush(11 * second); }),
              testing::AllOf(HasSubstr(" 10 more failures like these"),
                             HasSubstr(" 2 more messages that failed for good")));
}

TEST_F(an_incident_log, says_ten_a_second_and_counts_the_rest) {
  std::vector<engine::incident> many;
  for (int i = 10; i < 24; ++i) many.push_back(incident("id" + std::to_string(i)));
  const std::string first = write(many, 100, 10 * second);
  EXPECT_THAT(first, HasSubstr("id19"));
  EXPECT_THAT(first, Not(HasSubstr("id20")));
  EXPECT_EQ(logged([&] { log_.flush(11 * second - 1); }), "");
  EXPECT_THAT(logged([&] { log_.flush(11 * second); }), HasSubstr("104 more failures like these"));
  EXPECT_EQ(logged([&] { log_.flush(20 * second); }), "");
  EXPECT_THAT(write({incident("again")}, 0, 20 * second), HasSubstr("again"));
}

} // namespace
} // namespace tempest::service
