#include "runtime/service/call_watch.hpp"

#include <gmock/gmock.h>

namespace tempest::service {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t s = 1'000'000'000;

struct a_call_that_hangs : testing::Test {
  // What is said at that look.
  std::string look(std::int64_t now_ns) {
    testing::internal::CaptureStderr();
    watch.look(base::plugin_call{"poll", 100 * s}, pthread_self(), now_ns, log);
    log.finish();
    return testing::internal::GetCapturedStderr();
  }
  call_watch watch{"test", "source mock", 10 * s};
  hang_log log;
};

TEST_F(a_call_that_hangs, is_named_once_it_has_taken_long_and_then_ever_less_often) {
  for (std::int64_t now = 100 * s; now < 110 * s; now += s / 2) EXPECT_THAT(look(now), IsEmpty());
  EXPECT_THAT(look(110 * s), HasSubstr("source mock: poll has not come back for 10.0 s"));
  EXPECT_THAT(look(111 * s), IsEmpty());
}

TEST_F(a_call_that_hangs, is_not_blamed_for_time_in_which_the_process_was_stopped) {
  EXPECT_THAT(look(100 * s), IsEmpty());
  EXPECT_THAT(look(120 * s), IsEmpty()); // of which one second counts
  std::int64_t now = 120 * s;
  for (; now < 129 * s; now += s / 2) EXPECT_THAT(look(now), IsEmpty());
  EXPECT_THAT(look(129 * s), HasSubstr("poll has not come back for 10.0 s"));
}

} // namespace
} // namespace tempest::service
