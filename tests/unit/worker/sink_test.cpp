// A sink as the last step: outcomes, what is confirmed, and waiting while it is away.
#include <gmock/gmock.h>

#include <sstream>

#include "runtime/worker/sink_worker.hpp"
#include "tests/unit/worker/rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;
using testing::HasSubstr;

constexpr std::int64_t max_backoff_ns = 1'000'000; // so that tests do not wait long

// A sink that does what the first letter of each payload says: w(ritten), f(ailed), r(ejected),
// h(angs until told to go on, then written).
struct fake_sink {
  std::atomic<bool> away{false};
  std::atomic<bool> flush_fails{false};
  std::atomic<bool> full{false};         // it can be reached, and nothing be written
  std::atomic<bool> cannot_write{false}; // since it was reached
  std::atomic<int> connects{0};
  std::atomic<int> closed{0};
  gate hangs;
  gate go_on;
  const char* create_fails = nullptr;
  const tempest_sink_host* host = nullptr;

  static fake_sink& self(void* sink) { return *static_cast<fake_sink*>(sink); }
  static const tempest_sink_functions& functions() {
    static const tempest_sink_functions table{
        sizeof(tempest_sink_functions),
        0,
        [](const tempest_host*, const tempest_sink_host* host, const tempest_options* options,
           tempest_error* error) -> void* {
          auto* const me =
              reinterpret_cast<fake_sink*>(const_cast<tempest_value*>(options->values));
          me->host = host;
          if (me->create_fails != nullptr) return fake_task::say(error, me->create_fails), nullptr;
          return me;
        },
        [](void* sink, tempest_error* error) {
          ++self(sink).connects;
          self(sink).cannot_write = false;
          if (self(sink).away) return fake_task::say(error, "nobody answers"), 0;
          return 1;
        },
        [](void* sink, const tempest_delivery* messages, std::size_t count, std::size_t stride,
           std::uint8_t* results) {
          EXPECT_EQ(stride, sizeof(tempest_delivery));
          for (std::size_t i = 0; i < count; ++i) {
            const char what = messages[i].payload.data[0];
            if (what == 'h') {
              self(sink).hangs.open();
              EXPECT_TRUE(self(sink).go_on.wait());
            }
            if (self(sink).full) {
              self(sink).cannot_write = true;
              continue;
            }
            results[i] = what == 'w' || what == 'h' ? TEMPEST_WRITTEN
                         : what == 'r'              ? TEMPEST_WRITE_REJECTED
                                                    : TEMPEST_WRITE_FAILED;
            const tempest_sink_host& host = *self(sink).host;
            if (what == 'r') host.explain(host.self, i, slice("too wide"));
            host.explain(host.self, count + 5, slice("of no message"));
          }
        },
        [](void* sink, tempest_error* error) {
          if (self(sink).flush_fails) return fake_task::say(error, "disk full"), 0;
          return 1;
        },
        [](void* sink, tempest_error* error) {
          if (self(sink).away) return fake_task::say(error, "cut off"), 0;
          if (self(sink).cannot_write) return fake_task::say(error, "full"), 0;
          return 1;
        },
        [](void* sink) { ++self(sink).closed; },
        [](void*) {},
        nullptr,
        nullptr};
    return table;
  }
};

class sink_test : public testing::Test {
 protected:
  // `unhealthy_shutdown`: tests that do not ask for it are not to be given up on a slow machine.
  explicit sink_test(std::uint32_t unhealthy_shutdown = 0)
      : runner_{fake_sink::functions(),
                options_,
                host_,
                notice_,
                {max_backoff_ns, 3, unhealthy_shutdown}} {
    options_.values = reinterpret_cast<const tempest_value*>(&sink_);
    worker_.on_fatal = [this](base::exit_code code, const std::string& reason) {
      code_ = code;
      fatal_ = reason;
      failed_.open();
    };
  }
  ~sink_test() override { stop(); }
  void start() {
    thread_ = std::thread([this] { worker_.run(); });
  }
  void stop() {
    engine_.link.close();
    if (thread_.joinable()) thread_.join();
    engine_.collect();
  }
  // Waits for a try to connect that begins from now on.
  [[nodiscard]] bool tried_again() {
    const int before = sink_.connects;
    const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
    while (sink_.connects == before && base::steady_ns() < deadline_ns) std::this_thread::yield();
    return sink_.connects != before;
  }

  fake_sink sink_;
  feeder engine_{16};
  tempest_options options_{sizeof(tempest_options), 0, sizeof(tempest_value), 0, nullptr};
  metrics::registry metrics_;
  metrics::plugin_host host_{metrics_, "store", "topology"};
  sink_notice notice_{"store", "topology"};
  sink_runner runner_;
  sink_worker worker_{runner_, engine_.link};
  base::exit_code code_ = base::exit_code::ok;
  std::string fatal_;
  gate failed_;
  std::thread thread_;
};

TEST_F(sink_test, reports_an_outcome_each) {
  start();
  engine_.give({"w", "f", "r", "w"});
  ASSERT_TRUE(engine_.wait_for(4));
  EXPECT_EQ(engine_.end_of[1].what, outcome::succeeded);
  EXPECT_EQ(engine_.end_of[2].what, outcome::failed);
  EXPECT_THAT(engine_.end_of[2].reason, HasSubstr("gave no reason"));
  EXPECT_EQ(engine_.end_of[3].what, outcome::rejected);
  EXPECT_EQ(engine_.end_of[3].reason, "too wide");
  EXPECT_EQ(engine_.end_of[4].what, outcome::succeeded);
  stop();
  EXPECT_EQ(sink_.closed, 1);
}

TEST_F(sink_test, does_not_call_written_what_could_not_be_flushed) {
  sink_.flush_fails = true;
  start();
  engine_.give({"w", "r"});
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_EQ(engine_.end_of[1].what, outcome::failed);
  EXPECT_THAT(engine_.end_of[1].reason, HasSubstr("could not flush: disk full"));
  EXPECT_EQ(engine_.end_of[2].what, outcome::rejected);
}

TEST_F(sink_test, begins_nothing_while_the_sink_is_away) {
  sink_.away = true;
  start();
  engine_.give({"w"});
  ASSERT_TRUE(tried_again());
  ASSERT_TRUE(tried_again());
  std::vector<engine::begun> seen;
  engine_.link.inspect([&](auto batch) { worker_.begun(1000, batch, seen); });
  EXPECT_TRUE(seen.empty());
  engine_.collect();
  EXPECT_EQ(engine_.results_, 0u);
  sink_.away = false;
  ASSERT_TRUE(engine_.wait_for(1));
  EXPECT_EQ(engine_.end_of[1].what, outcome::succeeded);
}

TEST_F(sink_test, is_well_once_it_was_reached_and_as_long_as_it_is) {
  const auto becomes = [&](const std::string& trouble) {
    const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
    while (notice_.trouble() != trouble && base::steady_ns() < deadline_ns) {
      std::this_thread::yield();
    }
    return notice_.trouble() == trouble;
  };
  EXPECT_EQ(notice_.trouble(), "not reached yet");
  sink_.away = true;
  start();
  EXPECT_TRUE(becomes("nobody answers"));
  sink_.away = false;
  EXPECT_TRUE(becomes(""));
  sink_.away = true;
  EXPECT_TRUE(becomes("cut off")) << "without any message";
}

TEST_F(sink_test, names_what_a_write_has_begun_and_since_when) {
  const std::int64_t before_ns = base::steady_ns();
  start();
  engine_.give({"h", "w"});
  ASSERT_TRUE(sink_.hangs.wait());
  std::vector<engine::begun> seen;
  const auto look = [&] {
    seen.clear();
    const std::int64_t now_ns = base::steady_ns();
    engine_.link.inspect([&](auto batch) { worker_.begun(now_ns, batch, seen); });
  };
  look();
  sink_.go_on.open();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].delivery.token(), 1u);
  EXPECT_EQ(seen[1].delivery.token(), 2u);
  EXPECT_GE(seen[0].since, before_ns);
  EXPECT_LE(seen[0].since, base::steady_ns());
  ASSERT_TRUE(engine_.wait_for(2));
  look();
  EXPECT_TRUE(seen.empty());
}

TEST_F(sink_test, gives_waiting_ones_back_when_they_are_wanted) {
  sink_.away = true;
  start();
  engine_.give({"w", "w"});
  std::size_t in_hand = 0;
  while (in_hand == 0) engine_.link.inspect([&](auto batch) { in_hand = batch.size(); });
  ASSERT_TRUE(tried_again());
  engine::worker_report taken_back;
  engine_.link.cancel([](engine::delivery_ref) { return true; }, taken_back);
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_EQ(engine_.end_of[1].what, outcome::returned);
  EXPECT_EQ(engine_.end_of[2].what, outcome::returned);
}

TEST_F(sink_test, connects_again_after_a_failure_that_cut_it_off) {
  start();
  engine_.give({"w"});
  ASSERT_TRUE(engine_.wait_for(1));
  sink_.away = true;
  engine_.give({"f"});
  ASSERT_TRUE(engine_.wait_for(2));
  engine_.give({"w"});
  ASSERT_TRUE(tried_again());
  sink_.away = false;
  ASSERT_TRUE(engine_.wait_for(3));
  EXPECT_EQ(engine_.end_of[3].what, outcome::succeeded);
}

TEST_F(sink_test, one_that_can_be_reached_but_not_written_to_is_tried_ever_less) {
  constexpr std::int64_t ms = 1'000'000;
  sink_runner runner(fake_sink::functions(), options_, host_, notice_, {1'000'000 * ms, 3, 0});
  std::string reason;
  ASSERT_TRUE(runner.create(reason));
  std::vector<write_outcome> outcomes;
  tempest_delivery message{};
  const auto pause_after = [&](const char* payload, int writes) {
    message.payload = slice(payload);
    for (int i = 0; i < writes; ++i) {
      sink_.away = false; // for connect
      EXPECT_TRUE(runner.ready(runner.next_look_ns()));
      sink_.away = true;
      runner.write({&message, 1}, outcomes);
    }
    return runner.next_look_ns() - base::steady_ns();
  };
  EXPECT_LT(pause_after("f", 1), 101 * ms);
  EXPECT_GT(pause_after("f", 11), 50'000 * ms);
  pause_after("w", 1);
  EXPECT_LT(pause_after("f", 1), 101 * ms);
}

TEST_F(sink_test, one_message_is_charged_for_each_try_to_write_again) {
  sink_.full = true;
  start();
  engine_.give({"w", "w"});
  ASSERT_TRUE(engine_.wait_for(2));
  EXPECT_EQ(engine_.end_of[2].what, outcome::failed);
  engine_.give({"w", "w", "w"});
  ASSERT_TRUE(engine_.wait_for(5));
  EXPECT_EQ(engine_.end_of[3].what, outcome::failed);
  EXPECT_EQ(engine_.end_of[4].what, outcome::returned);
  EXPECT_EQ(engine_.end_of[5].what, outcome::returned);
  sink_.full = false;
  engine_.give({"h", "w"});
  ASSERT_TRUE(sink_.hangs.wait());
  std::vector<engine::begun> seen;
  engine_.link.inspect([&](auto batch) { worker_.begun(base::steady_ns(), batch, seen); });
  sink_.go_on.open();
  ASSERT_EQ(seen.size(), 1u) << "only what is being written can time out";
  EXPECT_EQ(seen[0].delivery.token(), 6u);
  ASSERT_TRUE(engine_.wait_for(7));
  EXPECT_EQ(engine_.end_of[6].what, outcome::succeeded);
  EXPECT_EQ(engine_.end_of[7].what, outcome::succeeded);
}

TEST_F(sink_test, says_why_it_could_not_be_created) {
  sink_.create_fails = "no folder";
  start();
  stop();
  EXPECT_THAT(fatal_, HasSubstr("could not be created: no folder"));
  EXPECT_EQ(code_, base::exit_code::bad_config);
}

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
    runner.write({&message, 1}, outcomes_);
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
TEST_F(sink_health, lost_while_it_was_written_to_only_a_good_write_brings_it_back) {
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
  EXPECT_EQ(logged([&] { write(runner_, "w"); }).size(), 1u);
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

} // namespace
} // namespace tempest::worker
