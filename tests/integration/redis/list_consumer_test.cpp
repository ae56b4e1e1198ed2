// The consumer of lists against a real server.
#include <gmock/gmock.h>

#include <thread>

#include "tests/integration/redis/list_fixture.hpp"

namespace redis::list {
namespace {

using testing::HasSubstr;

std::vector<std::string> values_of(const recorder& heard) {
  std::vector<std::string> values;
  for (const got& one : heard.all) values.push_back(one.value);
  return values;
}

TEST_F(redis_list, reads_in_order_and_leaves_nothing_behind) {
  server_.fill_list("l", 2500);
  subject one(settings());
  ASSERT_TRUE(one.drain(2500));
  for (std::size_t i = 0; i < 2500; ++i) {
    ASSERT_EQ(one.heard.all[i].value, std::to_string(i));
    ASSERT_EQ(one.heard.all[i].number, i + 1);
  }
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 2500U);
  EXPECT_EQ(held(), 0);
  one.close();
  EXPECT_EQ(server_.run({"KEYS", "*"}), "[l:count]");
}

TEST_F(redis_list, what_is_in_hand_is_in_a_list_of_its_own) {
  server_.run({"RPUSH", "l", "a", "b", "c"});
  subject one(settings());
  ASSERT_TRUE(one.read(3));
  EXPECT_EQ(length(), 0);
  EXPECT_EQ(all_of("l:processing:a"), "[a, b, c]");
  EXPECT_EQ(all_of("l:marks:a"), "[1, 2, 3]");
  one.settle_one(one.heard.all[1].of, outcome::ack);
  ASSERT_TRUE(one.flush());
  EXPECT_EQ(all_of("l:processing:a"), "[a, c]");
  EXPECT_EQ(all_of("l:marks:a"), "[1, 3]");
}

TEST_F(redis_list, either_end_can_be_read) {
  server_.run({"RPUSH", "l", "a", "b", "c", "d"});
  consumer_settings own = settings();
  own.from = end::right;
  own.read_count = 3;
  subject one(own);
  ASSERT_TRUE(one.read(4));
  EXPECT_THAT(values_of(one.heard), testing::ElementsAre("d", "c", "b", "a"));
  one.settle_one(one.heard.all[0].of, outcome::ack);
  ASSERT_TRUE(one.flush());
  one.settle_open(outcome::give_back);
  ASSERT_TRUE(one.flush());
  EXPECT_EQ(all_of("l"), "[a, b, c]") << "read again from the same end, in the same order";
}

TEST_F(redis_list, the_first_list_comes_first) {
  server_.fill_list("low", 500, "low");
  server_.fill_list("high", 300, "high");
  consumer_settings own = settings();
  own.keys = {"high", "low"};
  own.read_count = 64;
  subject one(own);
  ASSERT_TRUE(one.read(300));
  for (std::size_t i = 0; i < 300; ++i) ASSERT_EQ(one.heard.all[i].value.substr(0, 4), "high") << i;
  ASSERT_TRUE(one.drain(800));
  one.close();
  EXPECT_EQ(server_.number({"EXISTS", "low:consumers", "high:consumers", "low:alive:a"}), 0);
}

TEST_F(redis_list, acknowledgements_in_any_order_take_out_the_right_ones) {
  server_.fill_list("l", 600);
  consumer_settings own = settings();
  own.ack_batch = 7;
  subject one(own);
  ASSERT_TRUE(one.read(600));
  std::set<std::string> left;
  for (std::size_t i = 0; i < 600; ++i) left.insert(std::to_string(i));
  for (const std::size_t step : {13U, 5U, 3U}) {
    std::vector<token> some;
    for (std::size_t i = step; i < 600; i += step) {
      const got& each = one.heard.all[599 - i];
      if (left.erase(each.value) == 1) some.push_back(each.of);
    }
    one.settle(some, outcome::ack);
    ASSERT_TRUE(one.flush());
    ASSERT_EQ(held(), static_cast<long long>(left.size()));
    for (const std::string& value : left) {
      ASSERT_NE(server_.run({"LPOS", "l:processing:a", value}), "(nil)") << value;
    }
  }
  ASSERT_TRUE(one.drain(600));
  EXPECT_EQ(held(), 0);
}

TEST_F(redis_list, twins_are_told_apart) {
  for (int i = 0; i < 50; ++i) server_.run({"RPUSH", "l", "same"});
  subject one(settings());
  ASSERT_TRUE(one.read(50));
  std::set<std::uint64_t> numbers;
  for (const got& each : one.heard.all) numbers.insert(each.number);
  EXPECT_EQ(numbers.size(), 50U);
  one.settle_one(one.heard.all[10].of, outcome::ack);
  one.settle_one(one.heard.all[40].of, outcome::ack);
  ASSERT_TRUE(one.flush());
  EXPECT_EQ(held(), 48);
  one.close();
  EXPECT_EQ(held(), 48) << "what is open at the end is for others";
  subject next(settings("b"));
  ASSERT_TRUE(next.read(48));
  for (const got& each : next.heard.all) EXPECT_EQ(numbers.erase(each.number), 1U);
  EXPECT_EQ(numbers, (std::set<std::uint64_t>{11, 41}));
}

TEST_F(redis_list, what_is_given_back_keeps_its_place_and_its_number) {
  server_.fill_list("l", 1000);
  subject one(settings());
  ASSERT_TRUE(one.read(1000));
  std::vector<token> even;
  for (std::size_t i = 0; i < 1000; i += 2) even.push_back(one.heard.all[i].of);
  one.settle(even, outcome::ack);
  one.settle_open(outcome::give_back);
  ASSERT_TRUE(one.flush());
  EXPECT_EQ(length(), 500);
  EXPECT_EQ(held(), 0);
  subject next(settings("b"));
  ASSERT_TRUE(next.drain(500));
  for (std::size_t i = 0; i < 500; ++i) {
    ASSERT_EQ(next.heard.all[i].value, std::to_string(2 * i + 1));
    ASSERT_EQ(next.heard.all[i].number, 2 * i + 2);
  }
  EXPECT_EQ(server_.number({"EXISTS", "l:returned"}), 0);
}

TEST_F(redis_list, failures_are_kept_with_the_element) {
  server_.run({"RPUSH", "l", "a", "b"});
  subject one(settings());
  ASSERT_TRUE(one.read(2));
  const token of[] = {one.heard.all[1].of};
  const std::uint32_t failures[] = {2};
  one.it.failed(of, failures);
  ASSERT_TRUE(one.step(0));
  EXPECT_EQ(all_of("l:marks:a"), "[1, 2 2]");
  one.settle_open(outcome::give_back);
  ASSERT_TRUE(one.flush());
  subject next(settings("b"));
  ASSERT_TRUE(next.read(2));
  EXPECT_EQ(next.heard.all[0].failures, 0U);
  EXPECT_EQ(next.heard.all[1].failures, 2U);
  EXPECT_EQ(next.heard.all[1].number, 2U);
}

TEST_F(redis_list, an_element_wakes_who_waits) {
  subject one(settings());
  one.step(10, 50);
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(50));
    server_.run({"RPUSH", "l", "x"});
  });
  one.it.poll({10, 1 << 20, steady::now() + std::chrono::seconds(30)});
  later.join();
  ASSERT_EQ(one.heard.all.size(), 1U);
}

TEST_F(redis_list, a_large_element_comes_alone_and_bytes_are_bounded) {
  const std::string large(300'000, 'x');
  for (int i = 0; i < 20; ++i) server_.run({"RPUSH", "l", large});
  subject one(settings());
  std::size_t before = 0;
  ASSERT_TRUE(eventually([&] {
    one.step(1000, 20, 1'000'000);
    EXPECT_LE(one.heard.all.size() - before, 3U);
    before = one.heard.all.size();
    one.settle_open(outcome::ack);
    return before == 20;
  }));
  server_.run({"RPUSH", "l", large});
  ASSERT_TRUE(eventually([&] { return one.step(10, 20, 10) && one.heard.all.size() == 21; }));
}

TEST_F(redis_list, without_acknowledgements_nothing_is_kept) {
  server_.fill_list("l", 100);
  consumer_settings own = settings();
  own.acknowledge = false;
  subject one(own);
  ASSERT_TRUE(one.drain(100));
  EXPECT_EQ(server_.run({"KEYS", "*"}), "[l:count]");
}

TEST_F(redis_list, the_depth_is_that_of_all_lists) {
  server_.fill_list("l", 30);
  server_.fill_list("m", 12);
  consumer_settings own = settings();
  own.keys = {"l", "m"};
  subject one(own);
  EXPECT_EQ(one.it.depth(), -1);
  ASSERT_TRUE(one.step(0));
  EXPECT_EQ(one.it.depth(), 42);
}

TEST_F(redis_list, drains_a_server_whose_memory_is_full) {
  server_.fill_list("l", 100);
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_THAT(server_.run({"RPUSH", "l", "x"}), HasSubstr("OOM"));
  subject one(settings());
  ASSERT_TRUE(one.drain(100));
  EXPECT_EQ(length() + held(), 0);
}

} // namespace
} // namespace redis::list
