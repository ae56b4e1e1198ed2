// Component JSON: tasks that take values.
#include <gmock/gmock.h>
#include <tempest/json.hpp>
#include <tempest/task.hpp>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::ending;
using tempest::testing::task_harness;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct order {
  std::string item;
  int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(order, item, count)

struct double_order {
  void handle(const order& in, tempest::outbox& out) {
    tempest::emit_json(out, order{in.item, in.count * 2});
  }
};

TEST(typed_tasks_test, a_payload_becomes_a_value_and_back) {
  task_harness task(tempest::task<double_order>("double_order", "For tests."));
  const auto made = task.handle(R"({"item":"apple","count":2})");
  EXPECT_EQ(made.how, ending::succeeded) << made.reason;
  EXPECT_THAT(made.payloads(), ElementsAre(R"({"count":4,"item":"apple"})"));
}

TEST(typed_tasks_test, what_does_not_decode_is_rejected_with_the_decoders_reason) {
  task_harness task(tempest::task<double_order>("double_order", "For tests."));
  for (const char* const bad : {"", "{", "[]", R"({"item":"apple"})", R"({"item":1,"count":1})"}) {
    const auto made = task.handle(bad);
    EXPECT_EQ(made.how, ending::rejected) << bad;
    EXPECT_THAT(made.reason, HasSubstr("cannot be decoded: ")) << bad;
  }
}

} // namespace
