// Somebody deletes or renames a key that a consumer of lists keeps for itself: all that Redis still
// has is processed, and nobody stays stuck.
#include <gmock/gmock.h>

#include <memory>
#include <tuple>

#include "tests/integration/redis/list_fixture.hpp"

namespace redis::list {
namespace {

constexpr std::size_t total = 900;

// Which key, what is done to it, and how many consumers there are.
using change = std::tuple<const char*, const char*, int>;

class redis_list_keys : public redis_list, public testing::WithParamInterface<change> {
 protected:
  static std::string key() { return std::get<0>(GetParam()); }
  static int count() { return std::get<2>(GetParam()); }

  // The first is the one whose keys are changed.
  void begin() {
    server_.fill_list("l", total);
    for (int i = 0; i < count(); ++i) start(i == 0 ? "a" : "b");
    for (auto& one : all_) ASSERT_TRUE(one->read(200)) << one->why;
  }
  void start(const std::string& name) {
    consumer_settings own = settings(name);
    own.read_count = 200;
    own.lease = milliseconds(1500);
    own.sole_name = true; // as for a process that starts again
    all_.push_back(std::make_unique<subject>(own));
    ASSERT_TRUE(eventually([&] { return all_.back()->step(200); })) << all_.back()->why;
  }
  void meddle() {
    ASSERT_EQ(server_.number({"EXISTS", key()}), 1);
    if (std::get<1>(GetParam()) == std::string("DEL")) {
      server_.run({"DEL", key()});
    } else {
      server_.run({"RENAME", key(), "elsewhere"});
    }
    left_ = total - static_cast<std::size_t>(length() + held("a") + held("b"));
  }
  // Beside these, what comes later.
  void expect_that_all_is_processed() {
    server_.fill_list("l", 5, "late");
    EXPECT_TRUE(eventually([&] {
      std::size_t open = 0;
      for (auto& one : all_) {
        one->step(200, 5);
        one->settle_open(outcome::ack);
        open += one->heard.open.size();
      }
      return open == 0 && length() + held("a") + held("b") == 0;
    })) << all_.front()->why
        << server_.run({"KEYS", "*"});
    EXPECT_GE(done().size(), total + 5 - left_);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(done().contains("late" + std::to_string(i)));
    for (auto& one : all_) one->close();
    server_.run({"DEL", "elsewhere"});
    EXPECT_EQ(server_.run({"KEYS", "*"}), "[l:count]");
  }
  std::set<std::string> done() {
    std::set<std::string> values = done_before_;
    for (auto& one : all_) {
      for (const got& each : one->heard.all) {
        if (one->heard.done.contains(each.of)) values.insert(each.value);
      }
    }
    return values;
  }

  std::vector<std::unique_ptr<subject>> all_;
  std::set<std::string> done_before_;
  std::size_t left_ = 0; // taken out of what is Redis'
};

TEST_P(redis_list_keys, changed_while_much_is_in_hand) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_NO_FATAL_FAILURE(meddle());
  expect_that_all_is_processed();
}

// Its process was killed: nobody has seen it happen.
TEST_P(redis_list_keys, changed_before_a_start) {
  ASSERT_NO_FATAL_FAILURE(begin());
  done_before_ = done();
  ASSERT_NO_FATAL_FAILURE(meddle());
  all_.erase(all_.begin());
  ASSERT_NO_FATAL_FAILURE(start("a"));
  expect_that_all_is_processed();
}

INSTANTIATE_TEST_SUITE_P(all, redis_list_keys,
                         testing::Combine(testing::Values("l:processing:a", "l:marks:a",
                                                          "l:alive:a", "l:consumers"),
                                          testing::Values("DEL", "RENAME"), testing::Values(1, 2)));

// Nothing else would make it look.
TEST_F(redis_list, what_somebody_puts_into_the_hand_of_an_idle_consumer_is_processed) {
  consumer_settings own = settings();
  own.lease = milliseconds(600);
  subject one(own);
  ASSERT_TRUE(one.step());
  server_.run({"RPUSH", "l:processing:a", "x", "y"});
  ASSERT_TRUE(one.drain(2)) << one.why;
  server_.run({"RPUSH", "l:marks:a", "7", "8"});
  ASSERT_TRUE(eventually([&] {
    one.step();
    return length("l:marks:a") == 0;
  })) << one.why;
}

// Others must be able to find what it could not take back.
TEST_F(redis_list, who_ends_after_its_entry_was_deleted_leaves_what_it_held_to_others) {
  server_.fill_list("l", 100);
  consumer_settings own = settings();
  own.lease = milliseconds(300);
  for (const bool acknowledges : {false, true}) {
    own.name = "a";
    subject gone(own);
    ASSERT_TRUE(gone.read(acknowledges ? 90 : 100));
    server_.run({"DEL", "l:consumers"});
    if (acknowledges) gone.settle_open(outcome::ack);
    gone.close();
    EXPECT_EQ(held("a"), acknowledges ? 90 : 100);
    own.name = "b";
    subject other(own);
    ASSERT_TRUE(other.read(acknowledges ? 90 : 100));
    for (std::size_t i = 0; i < 10; ++i) other.settle_one(other.heard.all[i].of, outcome::ack);
    ASSERT_TRUE(other.flush());
    other.settle_open(outcome::give_back);
    ASSERT_TRUE(other.flush());
    other.close();
  }
}

// As after PERSIST: it would be believed to live for ever.
TEST_F(redis_list, a_heartbeat_that_never_ends_is_none) {
  server_.fill_list("l", 10);
  {
    subject killed(settings());
    ASSERT_TRUE(killed.read(10));
  }
  server_.run({"PERSIST", "l:alive:a"});
  subject again(settings());
  ASSERT_TRUE(again.read(10)) << again.why;
  server_.run({"PERSIST", "l:alive:a"});
  subject other(settings("b"));
  ASSERT_TRUE(other.read(10)) << other.why;
}

} // namespace
} // namespace redis::list
