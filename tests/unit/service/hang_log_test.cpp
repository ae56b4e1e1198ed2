// Names of a stack are looked for beside the engine's thread, which waits for nothing.
#include "runtime/service/hang_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace tempest::service {
namespace {

using testing::HasSubstr;
using testing::Not;

const hang_log::stack somewhere{reinterpret_cast<void*>(std::uintptr_t{1})};

// Names that are found when the test says so. The thread that looks for them may outlive the test.
struct slow_names {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int inside = 0;
  int most_inside = 0;
  int found = 0;

  std::string find() {
    std::unique_lock lock(mutex);
    most_inside = std::max(most_inside, ++inside);
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
    --inside;
    ++found;
    changed.notify_all();
    return "fetch (libtasks.so)";
  }
  template <typename Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(60), condition);
  }
  void let_through() {
    const std::scoped_lock lock(mutex);
    open = true;
    changed.notify_all();
  }
};

class a_hang_log : public testing::Test {
 protected:
  a_hang_log() { testing::internal::CaptureStderr(); }
  ~a_hang_log() override {
    if (log) (void)text();
    names->let_through();
  }
  void warn(const std::string& text) {
    log->warn(somewhere, text, {.topology = "shop", .task = "split", .message_id = "17-0"});
  }
  // What was logged, once no more comes.
  std::string text() {
    log.reset();
    return testing::internal::GetCapturedStderr();
  }
  std::shared_ptr<slow_names> names = std::make_shared<slow_names>();
  std::unique_ptr<hang_log> log =
      std::make_unique<hang_log>([names = names](const hang_log::stack&) { return names->find(); });
};

TEST_F(a_hang_log, writes_a_line_once_the_names_are_found) {
  names->let_through();
  warn("it hangs");
  warn("the next");
  ASSERT_TRUE(names->wait([&] { return names->found == 2; })); // so the first is written
  const std::string said = text();
  EXPECT_THAT(said, HasSubstr("it hangs, now in fetch (libtasks.so)"));
  EXPECT_THAT(said, HasSubstr("topology=shop task=split message=17-0"));
}

TEST_F(a_hang_log, waits_for_no_names_not_even_at_the_end) {
  warn("it hangs");
  ASSERT_TRUE(names->wait([&] { return names->inside == 1; }));
  warn("another");
  const std::string said = text();
  EXPECT_THAT(said, HasSubstr("it hangs topology=shop"));
  EXPECT_THAT(said, HasSubstr("another topology=shop"));
  EXPECT_THAT(said, Not(HasSubstr("now in")));
}

TEST_F(a_hang_log, looks_for_the_names_of_one_stack_at_a_time_and_of_few_in_all) {
  for (int i = 10; i < 40; ++i) warn("hang " + std::to_string(i));
  ASSERT_TRUE(names->wait([&] { return names->inside == 1; }));
  names->let_through();
  ASSERT_TRUE(names->wait([&] { return names->found == 16; }));
  EXPECT_EQ(names->most_inside, 1);
  const std::string said = text();
  EXPECT_THAT(said, HasSubstr("hang 10, now in"));
  EXPECT_THAT(said, HasSubstr("hang 24, now in"));
  EXPECT_THAT(said, HasSubstr("hang 26 topology=shop"));
  EXPECT_THAT(said, HasSubstr("hang 39 topology=shop"));
}

} // namespace
} // namespace tempest::service
