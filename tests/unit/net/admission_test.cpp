// Who is let in, and what the others learn.
#include "runtime/net/admission.hpp"

#include <gtest/gtest.h>

#include "runtime/net/log_budget.hpp"

namespace tempest::net {
namespace {

struct admission_of : testing::Test {
  admission_of() {
    settings.topology = "words";
    settings.tasks = {{"split", false}, {"count", true}};
    said.topology = "words";
    said.tasks = {{"count", true, 3}, {"split", false, 1}};
  }
  [[nodiscard]] std::string refusal() const { return admit(said, settings).refusal; }
  void expect_refused_for(std::string_view why) const {
    EXPECT_NE(refusal().find(why), std::string::npos) << refusal();
  }
  server_settings settings;
  wire::hello said;
};

TEST_F(admission_of, a_good_peer_names_its_tasks_in_its_own_order) {
  const admission made = admit(said, settings);
  EXPECT_EQ(made.refusal, "");
  ASSERT_EQ(made.tasks.size(), 2u);
  EXPECT_EQ(made.tasks[0].id, 1u);
  EXPECT_EQ(made.tasks[0].workers, 3u);
  EXPECT_EQ(made.tasks[1].id, 0u);
}

TEST_F(admission_of, another_major_names_both_and_another_minor_is_let_in) {
  said.minor = 99;
  EXPECT_EQ(refusal(), "");
  said.major = 7;
  expect_refused_for("version 7.99");
  expect_refused_for("2.1");
}

TEST_F(admission_of, one_without_the_token_learns_nothing) {
  settings.trusted.token = "secret";
  said.topology = "no such";
  for (const char* wrong : {"", "Secret"}) {
    said.token = wrong;
    EXPECT_EQ(refusal(), "not let in");
    EXPECT_NE(admit(said, settings).why.find("auth_token"), std::string::npos);
  }
  said.token = "secret";
  expect_refused_for("'words'");
}

TEST_F(admission_of, one_of_another_topology_or_another_file_is_told_so) {
  said.topology = "wo\nrds";
  expect_refused_for("this is topology 'words', not 'wo\\x0ards': do both sides read the same");
  said.topology = "words";
  said.tasks[1].name = "merge";
  expect_refused_for("no task 'merge'");
  said.tasks[1] = {"split", true, 1};
  expect_refused_for("task 'split' has children at the topology and none at the task process");
  said.tasks[0] = {"count", false, 1};
  expect_refused_for("task 'count' has no children at the topology and some at the task process");
}

TEST_F(admission_of, one_without_work_is_refused) {
  said.tasks = {{"count", true, 1}, {"count", true, 1}};
  expect_refused_for("named twice");
  said.tasks = {{"count", true, 0}};
  expect_refused_for("no workers");
  said.tasks = {{"count", true, wire::most_workers}};
  EXPECT_EQ(refusal(), "");
  said.tasks = {{"count", true, UINT32_MAX}};
  expect_refused_for("task 'count' has 4294967295 workers, which is more than 1024");
  said.tasks.clear();
  expect_refused_for("no task");
}

TEST(frame_limit, leaves_room_for_what_is_allowed_and_stays_what_a_frame_can_be) {
  server_settings settings;
  settings.max_message_bytes = 1000;
  settings.max_outputs_bytes = 5000;
  EXPECT_GT(max_frame_bytes(settings), 5000u + (24u << 20));
  settings.max_message_bytes = UINT64_MAX;
  EXPECT_LT(max_frame_bytes(settings), std::uint64_t{1} << 31);
}

TEST(log_budget, ends_and_is_renewed_with_what_was_left_out) {
  log_budget budget;
  int said = 0;
  for (int i = 0; i < 100; ++i) {
    said += budget.spend("line", std::to_string(i), 1).has_value() ? 1 : 0;
  }
  EXPECT_EQ(said, 20);
  const auto later = budget.spend("line", "why", 60'000'000'000);
  ASSERT_TRUE(later);
  EXPECT_EQ(*later, "line (80 lines like this one were left out before)");
  EXPECT_EQ(*budget.spend("line", "why", 60'000'000'001), "line");
}

TEST(log_budget, is_not_used_up_by_one_who_asks_again_and_again) {
  log_budget budget;
  int said = 0;
  for (int i = 0; i < 100; ++i) said += budget.spend("line", "token", 1).has_value() ? 1 : 0;
  EXPECT_EQ(said, 5);
  EXPECT_TRUE(budget.spend("line", "another topology", 2));
}

} // namespace
} // namespace tempest::net
