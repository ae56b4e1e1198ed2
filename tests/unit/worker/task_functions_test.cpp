// What a task says of its deliveries arrives as it said it, within its limits.
#include <gmock/gmock.h>

#include "tests/unit/worker/rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(task_functions, reports_each_end_with_its_outputs_and_reason) {
  worker_rig rig;
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    emit(host, index, "a");
    emit(host, index, "b");
    if (index == 0) host.succeed(host.self, index);
    if (index == 1) host.skip(host.self, index);
    if (index == 2) host.fail(host.self, index, TEMPEST_FAILED, slice("away"));
    if (index == 3) host.fail(host.self, index, TEMPEST_REJECTED, slice("broken"));
    if (index == 4) host.fail(host.self, index, TEMPEST_FAILED, {});
    if (index == 5) host.succeed(host.self, index);
  });
  rig.engine.give({"0", "1", "2", "3", "4", "5"});
  ASSERT_TRUE(rig.engine.wait_for(6));
  auto& ends = rig.engine.end_of;
  EXPECT_EQ(ends[1].what, outcome::succeeded);
  EXPECT_THAT(ends[1].payloads(), ElementsAre("a", "b"));
  EXPECT_EQ(ends[2].what, outcome::skipped);
  EXPECT_EQ(ends[2].output_count, 0u);
  EXPECT_EQ(ends[3].what, outcome::failed);
  EXPECT_EQ(ends[3].reason, "away");
  EXPECT_EQ(ends[3].output_count, 0u);
  EXPECT_EQ(ends[4].what, outcome::rejected);
  EXPECT_EQ(ends[4].reason, "broken");
  EXPECT_EQ(ends[5].reason, "no reason given");
  EXPECT_THAT(ends[6].payloads(), ElementsAre("a", "b"));
}

TEST(task_functions, keeps_outputs_in_a_row_when_deliveries_emit_in_turn) {
  worker_rig rig;
  rig.start([](const tempest_task_host& host, tempest_batch& batch) {
    std::atomic_ref(batch.current).store(3);
    for (const char* text : {"a", "b", "c"}) {
      for (std::uint32_t index = 0; index < 4; ++index) emit(host, index, text);
    }
    const tempest_deferred later = host.defer(host.self, 3);
    host.fail(host.self, 2, TEMPEST_FAILED, slice("away"));
    host.succeed(host.self, 1);
    host.succeed(host.self, 0);
    host.deferred_succeed(later);
  });
  rig.engine.give({"0", "1", "2", "3"});
  ASSERT_TRUE(rig.engine.wait_for(4));
  EXPECT_THAT(rig.engine.end_of[1].payloads(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(rig.engine.end_of[2].payloads(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(rig.engine.end_of[3].output_count, 0u);
  EXPECT_THAT(rig.engine.end_of[4].payloads(), ElementsAre("a", "b", "c"));
}

TEST(task_functions, forwards_without_a_copy_and_inherits_what_is_not_replaced) {
  worker_rig rig;
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    (void)host.forward(host.self, index);
    tempest_output output{};
    output.size = sizeof output;
    output.flags = TEMPEST_OUTPUT_KEY;
    output.key = slice("new");
    output.payload = slice("text");
    (void)host.emit_output(host.self, index, &output);
    host.succeed(host.self, index);
  });
  const tempest_header header{slice("name"), slice("value")};
  tempest_delivery input = delivery(1, "in");
  input.headers = &header;
  input.header_count = 1;
  input.timestamp_ms = 77;
  rig.engine.link.filling().push_back(input);
  rig.engine.link.offer();
  ASSERT_TRUE(rig.engine.wait_for(1));
  const auto& outputs = rig.engine.end_of[1].outputs;
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_TRUE(outputs[0].forwards);
  EXPECT_EQ(outputs[0].home, nullptr);
  ASSERT_NE(outputs[1].meta, nullptr);
  EXPECT_EQ(std::string(outputs[1].meta->key.data, outputs[1].meta->key.length), "new");
  ASSERT_EQ(outputs[1].meta->header_count, 1u);
  EXPECT_EQ(outputs[1].meta->headers[0].value.length, 5u);
  EXPECT_EQ(outputs[1].meta->timestamp_ms, 77);
  EXPECT_EQ(outputs[1].payload, "text");
}

TEST(task_functions, only_counts_the_outputs_of_a_leaf) {
  worker_rig rig({.leaf = true});
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    emit(host, index, "a");
    emit(host, index, "b");
    host.succeed(host.self, index);
  });
  rig.engine.give({"0"});
  ASSERT_TRUE(rig.engine.wait_for(1));
  EXPECT_EQ(rig.engine.end_of[1].output_count, 2u);
  EXPECT_TRUE(rig.engine.end_of[1].outputs.empty());
}

TEST(task_functions, rejects_what_emits_too_much_whatever_ends_it) {
  worker_rig rig({.max_message_bytes = 10, .max_outputs_bytes = 15});
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    const std::string large(index == 0 ? 11 : 10, 'x');
    EXPECT_EQ(host.emit(host.self, index, large.data(), large.size()), index == 0 ? 0 : 1);
    if (index == 1) {
      EXPECT_EQ(host.emit(host.self, index, large.data(), large.size()), 0);
    }
    if (index != 2) { // over once, over for good
      EXPECT_EQ(host.emit(host.self, index, "y", 1), 0);
    }
    host.succeed(host.self, index);
  });
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(rig.engine.wait_for(3));
  auto& ends = rig.engine.end_of;
  EXPECT_EQ(ends[1].what, outcome::rejected);
  EXPECT_THAT(ends[1].reason, HasSubstr("max_message_bytes"));
  EXPECT_EQ(ends[1].output_count, 0u);
  EXPECT_EQ(ends[2].what, outcome::rejected);
  EXPECT_THAT(ends[2].reason, HasSubstr("max_outputs_bytes"));
  EXPECT_EQ(ends[3].what, outcome::succeeded);
}

TEST(task_functions, what_an_output_inherits_counts_for_it_and_not_for_the_sum) {
  worker_rig rig({.max_message_bytes = 10, .max_outputs_bytes = 15});
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    const std::string text(index == 0 ? 7 : 6, 'x');
    EXPECT_EQ(host.emit(host.self, index, text.data(), text.size()), index == 0 ? 0 : 1);
    if (index == 1) {
      EXPECT_EQ(host.emit(host.self, index, text.data(), text.size()), 1);
      EXPECT_EQ(host.forward(host.self, index), 1);
    }
    if (index == 2) {
      tempest_output output{};
      output.size = sizeof output;
      output.flags = TEMPEST_OUTPUT_KEY;
      output.payload = slice("123456789");
      EXPECT_EQ(host.emit_output(host.self, index, &output), 1);
    }
    host.succeed(host.self, index);
  });
  rig.engine.key = "four";
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(rig.engine.wait_for(3));
  auto& ends = rig.engine.end_of;
  EXPECT_EQ(ends[1].what, outcome::rejected);
  EXPECT_THAT(ends[1].reason, HasSubstr("11 bytes in payload, key and headers"));
  EXPECT_EQ(ends[2].what, outcome::succeeded);
  EXPECT_EQ(ends[3].what, outcome::succeeded);
}

TEST(task_functions, fails_what_handle_left_and_returns_what_it_never_began) {
  worker_rig rig;
  rig.start([](const tempest_task_host& host, tempest_batch& batch) {
    std::atomic_ref(batch.current).store(1);
    host.succeed(host.self, 0);
  });
  rig.engine.give({"0", "1", "2", "3"});
  ASSERT_TRUE(rig.engine.wait_for(4));
  auto& ends = rig.engine.end_of;
  EXPECT_EQ(ends[1].what, outcome::succeeded);
  EXPECT_EQ(ends[2].what, outcome::failed);
  EXPECT_THAT(ends[2].reason, HasSubstr("without finishing or deferring"));
  EXPECT_EQ(ends[3].what, outcome::returned);
  EXPECT_EQ(ends[4].what, outcome::returned);
}

TEST(task_functions, survives_a_current_beyond_the_batch) {
  worker_rig rig;
  rig.start([](const tempest_task_host& host, tempest_batch& batch) {
    std::atomic_ref(batch.current).store(UINT32_MAX);
    host.succeed(host.self, 0);
    host.succeed(host.self, 7);
    emit(host, 7, "nothing");
  });
  rig.engine.give({"0", "1"});
  ASSERT_TRUE(rig.engine.wait_for(2));
  EXPECT_EQ(rig.engine.end_of[1].what, outcome::succeeded);
  EXPECT_EQ(rig.engine.end_of[2].what, outcome::failed);
}

TEST(task_functions, ignores_a_second_end) {
  worker_rig rig;
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    host.succeed(host.self, index);
    host.fail(host.self, index, TEMPEST_FAILED, slice("late"));
    emit(host, index, "late");
    EXPECT_EQ(host.defer(host.self, index).slot, nullptr);
  });
  rig.engine.give({"0", "1"});
  ASSERT_TRUE(rig.engine.wait_for(2));
  rig.stop();
  EXPECT_EQ(rig.engine.results_, 2u);
  EXPECT_EQ(rig.engine.end_of[1].what, outcome::succeeded);
  EXPECT_EQ(rig.engine.end_of[2].output_count, 0u);
}

TEST(task_functions, cuts_a_reason_that_would_fill_the_memory) {
  worker_rig rig;
  rig.start_each([](const tempest_task_host& host, std::uint32_t index) {
    std::string long_text = "x";
    while (long_text.size() < 1'000'000) long_text += "\xc3\xa4";
    host.fail(host.self, index, TEMPEST_FAILED, slice(long_text));
  });
  rig.engine.give({"0"});
  ASSERT_TRUE(rig.engine.wait_for(1));
  EXPECT_EQ(rig.engine.end_of[1].reason.size(), 4095u); // no half character at its end
}

TEST(task_functions, calls_the_lifecycle_once_each) {
  worker_rig rig;
  rig.start_each([](const auto& host, std::uint32_t index) { host.succeed(host.self, index); });
  rig.engine.give({"0"});
  ASSERT_TRUE(rig.engine.wait_for(1));
  rig.stop();
  EXPECT_EQ(rig.task.calls, "cshd");
  EXPECT_TRUE(rig.done);
  EXPECT_EQ(rig.fatal, "");
}

TEST(task_functions, says_why_it_could_not_be_created_or_started) {
  worker_rig uncreated;
  uncreated.task.create_fails = "no file x";
  uncreated.start({});
  uncreated.stop();
  EXPECT_THAT(uncreated.fatal, HasSubstr("could not be created: no file x"));
  EXPECT_EQ(uncreated.task.calls, "c");
  EXPECT_TRUE(uncreated.done);

  worker_rig unstarted;
  unstarted.task.start_fails = "no port";
  unstarted.start({});
  unstarted.stop();
  EXPECT_THAT(unstarted.fatal, HasSubstr("could not be started: no port"));
  EXPECT_EQ(unstarted.task.calls, "csd");
}

} // namespace
} // namespace tempest::worker
