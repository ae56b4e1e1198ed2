// The last failures, those alike as one, in fixed memory.
#include "runtime/service/error_memory.hpp"

#include <gmock/gmock.h>

namespace tempest::service {
namespace {

engine::incident failure(std::string reason, std::string id = "id", engine::task_id task = 0) {
  engine::incident made;
  made.task = task;
  made.reason = std::move(reason);
  made.message_id = std::move(id);
  return made;
}

struct errors : testing::Test {
  error_memory memory{"shop", {"split", "store"}};
};

TEST_F(errors, alike_are_counted_as_one) {
  memory.add({failure("no luck", "1"), failure("no luck", "2")}, 0, 1000);
  engine::incident last = failure("no luck", "3");
  last.what = engine::incident::kind::given_up;
  last.attempt = 3;
  memory.add({last}, 5, 2000);
  const admin::error_list list = memory.list();
  EXPECT_EQ(list.topology, "shop");
  EXPECT_EQ(list.omitted, 5u);
  ASSERT_EQ(list.rows.size(), 1u);
  const admin::error_row& row = list.rows[0];
  EXPECT_EQ(row.task, "split");
  EXPECT_EQ(row.outcome, "failed");
  EXPECT_EQ(row.count, 3u);
  EXPECT_EQ(row.given_up, 1u);
  EXPECT_EQ(row.message_id, "3");
  EXPECT_EQ(row.attempt, 3u);
  EXPECT_EQ(row.first_ms, 1000);
  EXPECT_EQ(row.last_ms, 2000);
}

TEST_F(errors, of_other_tasks_outcomes_and_reasons_are_others) {
  engine::incident rejected = failure("no luck");
  rejected.how = engine::failure_kind::rejected;
  memory.add({failure("no luck"), failure("no luck", "id", 1), rejected, failure("nor this")}, 0,
             1);
  EXPECT_EQ(memory.list().rows.size(), 4u);
}

TEST_F(errors, come_latest_first) {
  memory.add({failure("a"), failure("b"), failure("a")}, 0, 1);
  EXPECT_EQ(memory.list().rows[0].reason, "a");
  EXPECT_EQ(memory.list().rows[1].reason, "b");
}

TEST_F(errors, take_no_more_than_their_memory) {
  for (int i = 0; i < 1000; ++i) {
    memory.add({failure(std::to_string(i) + std::string(100'000, 'x'), std::string(5000, 'i'))}, 0,
               i);
    memory.add({failure("again and again")}, 0, i);
  }
  const admin::error_list list = memory.list();
  ASSERT_EQ(list.rows.size(), error_memory::most);
  EXPECT_EQ(list.rows[0].reason, "again and again");
  EXPECT_EQ(list.rows[0].count, 1000u) << "what happens again stays";
  EXPECT_EQ(list.rows[1].reason.substr(0, 4), "999x");
  EXPECT_EQ(list.rows[1].reason.size(), 1000u);
  EXPECT_EQ(list.rows[1].message_id.size(), 200u);
}

} // namespace
} // namespace tempest::service
