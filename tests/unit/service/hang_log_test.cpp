// Names of a stack are looked for beside the engine's thread, which waits for nothing.
#include "runtime/service/hang_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tempest::service {
namespace {

using testing::HasSubstr;
using testing::Not;

const base::stack somewhere{reinterpret_cast<void*>(std::uintptr_t{1})};

// Names that are found when the test says so. The thread that looks for them may outlive the test.
struct slow_names {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int inside = 0;
  int most_inside = 0;
  int calls = 0;
  std::size_t found = 0;

  std::vector<std::string> find(std::size_t count) {
    std::unique_lock lock(mutex);
    most_inside = std::max(most_inside, ++inside);
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
    --inside;
    ++calls;
    found += count;
    changed.notify_all();
    return std::vector<std::string>(count, "fetch (libtasks.so)");
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
  std::unique_ptr<hang_log> log = std::make_unique<hang_log>(
      [names = names](const auto& stacks) { return names->find(stacks.size()); });
};

TEST_F(a_hang_log, writes_a_line_at_once_and_another_when_the_names_are_found) {
  names->let_through();
  warn("it hangs");
  ASSERT_TRUE(names->wait([&] { return names->found == 1; }));
  warn("the next");
  ASSERT_TRUE(names->wait([&] { return names->found == 2; })); // so the first is written
  const std::string said = text();
  EXPECT_THAT(said, HasSubstr("it hangs topology=shop"));
  EXPECT_THAT(said, HasSubstr("it hangs: it was in fetch (libtasks.so)"));
  EXPECT_THAT(said, HasSubstr("topology=shop task=split message=17-0"));
}

TEST_F(a_hang_log, waits_for_no_names_not_even_at_the_end) {
  warn("it hangs");
  ASSERT_TRUE(names->wait([&] { return names->inside == 1; }));
  warn("another");
  const std::string said = text();
  EXPECT_THAT(said, HasSubstr("it hangs topology=shop"));
  EXPECT_THAT(said, HasSubstr("another topology=shop"));
  EXPECT_THAT(said, Not(HasSubstr("it was in")));
}

TEST_F(a_hang_log, looks_for_the_names_of_what_waits_in_one_go_and_of_few_in_all) {
  warn("hang 10");
  ASSERT_TRUE(names->wait([&] { return names->inside == 1; }));
  for (int i = 11; i < 90; ++i) warn("hang " + std::to_string(i));
  names->let_through();
  ASSERT_TRUE(names->wait([&] { return names->found == 64; }));
  EXPECT_EQ(names->most_inside, 1);
  EXPECT_EQ(names->calls, 2);
  const std::string said = text();
  EXPECT_THAT(said, HasSubstr("hang 10: it was in"));
  EXPECT_THAT(said, HasSubstr("hang 72: it was in"));
  EXPECT_THAT(said, HasSubstr("hang 74 topology=shop"));
  EXPECT_THAT(said, HasSubstr("hang 89 topology=shop"));
}

} // namespace
} // namespace tempest::service
