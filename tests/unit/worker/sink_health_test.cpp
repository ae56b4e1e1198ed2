// How a sink is looked after, and when it is given up.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/unit/worker/sink_rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;
using testing::HasSubstr;

// It is looked after all the same.
class sink_given_up : public sink_test {
 protected:
  sink_given_up() : sink_test(5) {}
};

TEST_F(sink_given_up, without_any_message_ends_the_process) {
  sink_.away = true;
  start();
  ASSERT_TRUE(failed_.wait());
  EXPECT_EQ(sink_.connects, 5);
  EXPECT_EQ(code_, base::exit_code::unavailable);
  EXPECT_THAT(fatal_, HasSubstr("the sink is unhealthy: nobody answers (5 bad answers in a row"));
}

// So that what it is given meanwhile goes back.
TEST_F(sink_given_up, keeps_its_messages_until_they_are_wanted_back) {
  sink_.away = true;
  start();
  engine_.give({"w"});
  ASSERT_TRUE(failed_.wait());
  engine_.collect();
  EXPECT_EQ(engine_.results_, 0u);
  sink_.away = false;
  engine::worker_report taken_back;
  do {
    engine_.link.cancel([](engine::delivery_ref) { return true; }, taken_back);
    engine_.collect();
  } while (taken_back.results.empty() && engine_.results_ == 0);
  if (taken_back.results.empty()) {
    EXPECT_EQ(engine_.end_of[1].what, outcome::returned);
  }
}

TEST_F(sink_test, it_is_known_whether_messages_have_to_wait_for_it) {
  EXPECT_TRUE(worker_.waits_for_sink()) << "nobody has seen it yet";
  start();
  engine_.give({"w"});
  ASSERT_TRUE(engine_.wait_for(1));
  EXPECT_FALSE(worker_.waits_for_sink());
  sink_.away = true; // the next write is in vain, and so is each try to connect
  sink_.full = true;
  engine_.give({"w"});
  ASSERT_TRUE(tried_again());
  ASSERT_TRUE(tried_again());
  EXPECT_TRUE(worker_.waits_for_sink());
  sink_.away = sink_.full = false;
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_FALSE(worker_.waits_for_sink());
}

// A runner whose sink is looked after by the test's clock.
class sink_health : public sink_test {
 protected:
  sink_health() : sink_test(5) {
    std::string reason;
    EXPECT_TRUE(runner_.create(reason));
  }
  // Lets it look as often as it wants to.
  bool look(sink_runner& runner, int times = 1) {
    bool ready = false;
    for (int i = 0; i < times; ++i) ready = runner.ready(runner.next_look_ns());
    return ready;
  }
  void write(sink_runner& runner, const char* payload) {
    tempest_delivery message{};
    message.payload = slice(payload);
    runner.write({&message, 1}, {&suspicion_, 1}, outcomes_);
  }
  template <typename Body>
  std::vector<std::string> logged(Body body) {
    testing::internal::CaptureStderr();
    body();
    std::istringstream text(testing::internal::GetCapturedStderr());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  std::vector<write_outcome> outcomes_;
  suspicion suspicion_;
};

TEST_F(sink_health, unhealthy_limit_bad_answers_in_a_row_connect_anew) {
  ASSERT_TRUE(look(runner_));
  sink_.away = true;
  EXPECT_TRUE(look(runner_, 2));
  sink_.away = false;
  EXPECT_TRUE(look(runner_)); // the count begins anew
  sink_.away = true;
  EXPECT_TRUE(look(runner_, 2));
  EXPECT_EQ(sink_.connects, 1);
  EXPECT_FALSE(look(runner_));
  sink_.away = false;
  EXPECT_TRUE(look(runner_));
  EXPECT_EQ(sink_.connects, 2);
  EXPECT_EQ(runner_.gave_up(), "");
}

TEST_F(sink_health, is_asked_once_a_second) {
  constexpr std::int64_t second = 1'000'000'000;
  ASSERT_TRUE(runner_.ready(5 * second));
  EXPECT_EQ(runner_.next_look_ns(), 6 * second);
  sink_.away = true;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(runner_.ready(6 * second - 1));
}

TEST_F(sink_health, failed_connects_and_bad_answers_count_alike_until_it_gives_up) {
  ASSERT_TRUE(look(runner_));
  sink_.away = true;
  look(runner_, 4); // three answers and a connect
  EXPECT_EQ(sink_.connects, 2);
  EXPECT_EQ(runner_.gave_up(), "");
  look(runner_);
  EXPECT_EQ(runner_.gave_up(), "nobody answers (5 bad answers in a row: unhealthy_shutdown)");
  EXPECT_EQ(runner_.next_look_ns(), base::never_ns);
  sink_.away = false;
  EXPECT_FALSE(runner_.ready(base::steady_ns()));
  EXPECT_EQ(sink_.connects, 3);
}

TEST_F(sink_health, each_change_is_one_line_however_many_workers_there_are) {
  sink_runner second(fake_sink::functions(), options_, host_, notice_, {max_backoff_ns, 3, 0});
  std::string reason;
  ASSERT_TRUE(second.create(reason));
  ASSERT_TRUE(look(runner_));
  ASSERT_TRUE(look(second));
  sink_.away = true;
  const auto away = logged([&] {
    look(runner_, 3);
    look(second, 6);
  });
  ASSERT_EQ(away.size(), 1u);
  EXPECT_THAT(away[0], HasSubstr("sink store is away: cut off"));
  sink_.away = false;
  EXPECT_EQ(logged([&] { look(second); }).size(), 0u) << "the other one is still away";
  const auto back = logged([&] { look(runner_); });
  ASSERT_EQ(back.size(), 1u);
  EXPECT_THAT(back[0], HasSubstr("sink store is back"));
}

// A full disk lets itself be connected to and says that it is well, until it is written to.
TEST_F(sink_health, lost_while_it_was_written_to_only_good_writes_bring_it_back) {
  ASSERT_TRUE(look(runner_));
  const auto lines = logged([&] {
    for (int i = 0; i < 4; ++i) {
      sink_.away = true;
      write(runner_, "f");
      sink_.away = false;
      EXPECT_TRUE(look(runner_, 3)) << i;
    }
  });
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_EQ(logged([&] { write(runner_, "f"); }).size(), 0u)
      << "it says that it is well, and fails";
  EXPECT_EQ(logged([&] { write(runner_, "w"); }).size(), 0u) << "one is not much";
  EXPECT_EQ(logged([&] { look(runner_, 2); }).size(), 1u) << "a second later";
  sink_.away = true;
  write(runner_, "f");
  EXPECT_EQ(runner_.gave_up(), ""); // the count began anew
  sink_.away = false;
  look(runner_, 3);
  for (int i = 0; i < 4; ++i) {
    sink_.away = true;
    write(runner_, "f");
    sink_.away = false;
    look(runner_, 3);
  }
  EXPECT_EQ(runner_.gave_up(), "cut off (5 bad answers in a row: unhealthy_shutdown)");
}

// It is the message, and not the sink: others get through.
TEST_F(sink_health, a_message_that_is_to_blame_is_no_bad_answer) {
  ASSERT_TRUE(look(runner_));
  suspicion guilty;
  tempest_delivery message{};
  message.payload = slice("b");
  const auto try_it = [&] {
    runner_.write({&message, 1}, {&guilty, 1}, outcomes_);
    const write_end end = outcomes_[0].end;
    const bool pauses = runner_.next_look_ns() > base::steady_ns();
    EXPECT_TRUE(look(runner_, 2));
    return std::pair(end, pauses);
  };
  EXPECT_EQ(try_it().first, write_end::waits);
  write(runner_, "w");
  look(runner_, 2); // it is believed
  const auto lines = logged([&] {
    write_end end = write_end::suspect;
    for (int i = 0; i < 100 && end == write_end::suspect; ++i) {
      end = try_it().first;
      if (!guilty.first_is_next()) write(runner_, "w");
    }
    EXPECT_EQ(end, write_end::breaks);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(try_it(), std::pair(write_end::breaks, false));
  });
  EXPECT_EQ(lines.size(), 0u);
  EXPECT_EQ(runner_.gave_up(), "");
}

// Others wait for that pause.
TEST_F(sink_health, a_suspect_that_nothing_else_is_written_beside_is_tried_ever_less) {
  constexpr std::int64_t ms = 1'000'000;
  sink_runner runner(fake_sink::functions(), options_, host_, notice_, {1'000'000 * ms, 3, 5});
  std::string reason;
  ASSERT_TRUE(runner.create(reason));
  ASSERT_TRUE(look(runner));
  write(runner, "b");
  look(runner, 2);
  suspicion other;
  std::swap(other, suspicion_);
  write(runner, "w");
  std::swap(other, suspicion_);
  std::int64_t pause_ns = 0;
  for (int i = 0; i < 10; ++i) {
    look(runner);
    write(runner, "b");
    EXPECT_EQ(outcomes_[0].end, write_end::suspect);
    pause_ns = runner.next_look_ns() - base::steady_ns();
    if (i == 0) {
      EXPECT_LE(pause_ns, 100 * ms);
    }
  }
  EXPECT_GT(pause_ns, 500 * ms);
  EXPECT_LE(pause_ns, 2'000 * ms);
  EXPECT_EQ(runner.gave_up(), "") << "that is no bad health";
}

} // namespace
} // namespace tempest::worker
