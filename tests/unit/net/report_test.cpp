// What a task process reports is held against the limits, and what it may be sent is counted.
#include <gtest/gtest.h>

#include <string>

#include "runtime/net/report_check.hpp"
#include "runtime/net/session_credit.hpp"
#include "runtime/wire/frame.hpp"

namespace tempest::net {
namespace {

struct report : testing::Test {
  void add(std::initializer_list<std::string_view> outputs) {
    engine::result& made = done.results.emplace_back();
    made.first_output = static_cast<std::uint32_t>(done.outputs.size());
    made.output_count = static_cast<std::uint32_t>(outputs.size());
    for (const std::string_view payload : outputs) done.outputs.push_back({payload});
  }
  void expect_rejected(std::size_t index, std::string_view why) const {
    const engine::result& one = done.results[index];
    EXPECT_EQ(one.what, engine::outcome::rejected);
    EXPECT_EQ(one.output_count, 0u);
    const std::string reason = done.reasons.substr(one.reason_start, one.reason_length);
    EXPECT_NE(reason.find(why), std::string::npos) << reason;
  }
  engine::worker_report done;
  engine::output_limits limits{10, 20, 3};
  std::uint64_t inherited = 0;
  inheritance of = [this](engine::delivery_ref) { return inherited; };
};

TEST_F(report, within_the_limits_stays_as_it_is) {
  add({"0123456789", "0123456789"});
  add({});
  add({"a", "b", "c"});
  check_report(done, limits, of);
  for (const engine::result& one : done.results) EXPECT_EQ(one.what, engine::outcome::succeeded);
  EXPECT_EQ(done.results[0].output_count, 2u);
  EXPECT_EQ(done.results[2].output_count, 3u);
}

TEST_F(report, over_a_limit_is_rejected_alone_with_the_reason) {
  done.reasons = "of another";
  add({"01234567890"});
  add({"fine"});
  add({"0123456789", "0123456789", "0"});
  add({"a", "b", "c", "d"});
  check_report(done, limits, of);
  expect_rejected(0, "of 11 bytes in payload, key and headers; max_message_bytes allows 10");
  EXPECT_EQ(done.results[1].what, engine::outcome::succeeded);
  expect_rejected(2, "max_outputs_bytes = 20");
  expect_rejected(3, "more than 3 messages");
}

TEST_F(report, keys_and_headers_count_as_bytes) {
  engine::metadata meta;
  meta.bytes = 8;
  add({"12", "34", "5"});
  add({"123"});
  for (engine::output& one : done.outputs) one.meta = &meta;
  check_report(done, limits, of);
  expect_rejected(0, "max_outputs_bytes = 20");
  expect_rejected(1, "of 11 bytes in payload, key and headers; max_message_bytes allows 10");
}

TEST_F(report, what_an_output_inherits_counts_for_it_and_not_for_the_sum) {
  inherited = 8;
  add({"12", "34", "56"});
  add({"123"});
  add({"123"});
  done.outputs.back().forwards = true; // as it came
  add({"123"});
  engine::metadata own;
  done.outputs.back().meta = &own;
  check_report(done, limits, of);
  EXPECT_EQ(done.results[0].what, engine::outcome::succeeded);
  expect_rejected(1, "of 11 bytes in payload, key and headers; max_message_bytes allows 10");
  EXPECT_EQ(done.results[2].what, engine::outcome::succeeded);
  EXPECT_EQ(done.results[3].what, engine::outcome::succeeded);
}

TEST_F(report, without_what_children_wait_for_is_no_report) {
  add({"a"});
  done.results[0].output_count = 2;
  EXPECT_THROW(check_report(done, limits, of), wire::protocol_error);
}

TEST_F(report, of_a_leaf_counts_its_outputs_and_carries_none) {
  add({"01234567890"});
  done.results[0].output_count = 9;
  limits.leaf = true;
  check_report(done, limits, of);
  EXPECT_EQ(done.results[0].what, engine::outcome::succeeded);
  EXPECT_EQ(done.results[0].output_count, 9u);
  EXPECT_TRUE(done.outputs.empty());
}

TEST(session_credit, is_used_up_and_told_in_all) {
  session_credit credit;
  EXPECT_EQ(credit.room(), 0u);
  credit.grant(10, 1000);
  credit.grant(10, 1000); // told twice
  credit.sent(4, 400);
  EXPECT_EQ(credit.room(), 6u);
  EXPECT_EQ(credit.byte_room(), 600u);
  EXPECT_EQ(credit.in_hand(), 4u);
  credit.reported(3);
  EXPECT_EQ(credit.in_hand(), 1u);
  EXPECT_EQ(credit.room(), 6u); // finished work is granted anew by who did it
  credit.grant(2, 1000);
  EXPECT_EQ(credit.room(), 0u); // it takes back what it can
}

TEST(session_credit, lets_one_message_through_whatever_its_bytes) {
  session_credit credit;
  credit.grant(10, 100);
  credit.sent(1, 5000);
  EXPECT_EQ(credit.byte_room(), 0u);
  EXPECT_EQ(credit.room(), 0u);
  credit.reported(1);
  EXPECT_EQ(credit.room(), 1u);
  credit.reported(99); // made up
  EXPECT_EQ(credit.in_hand(), 0u);
  EXPECT_EQ(credit.room(), 1u);
}

} // namespace
} // namespace tempest::net
