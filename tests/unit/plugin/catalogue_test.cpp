#include "runtime/plugin/catalogue.hpp"

#include <gmock/gmock.h>

namespace tempest::plugin {
namespace {

tempest_descriptor made(tempest_kind kind, const char* name) {
  tempest_descriptor one{};
  one.size = sizeof one;
  one.kind = kind;
  one.name = name;
  return one;
}

class a_catalogue : public testing::Test {
 protected:
  tempest_descriptor split_ = made(TEMPEST_KIND_TASK, "split");
  tempest_descriptor count_ = made(TEMPEST_KIND_TASK, "count");
  tempest_descriptor other_split_ = made(TEMPEST_KIND_TASK, "split");
  tempest_descriptor split_sink_ = made(TEMPEST_KIND_SINK, "split");
  catalogue catalogue_;
};

TEST_F(a_catalogue, finds_by_kind_and_name) {
  EXPECT_TRUE(catalogue_.add({&split_, "/a.so"}));
  EXPECT_TRUE(catalogue_.add({&split_sink_, "/a.so"}));
  ASSERT_NE(catalogue_.find(TEMPEST_KIND_SINK, "split"), nullptr);
  EXPECT_EQ(catalogue_.find(TEMPEST_KIND_SINK, "split")->descriptor, &split_sink_);
  EXPECT_EQ(catalogue_.find(TEMPEST_KIND_SOURCE, "split"), nullptr);
  EXPECT_EQ(catalogue_.find(TEMPEST_KIND_TASK, "spli"), nullptr);
}

TEST_F(a_catalogue, lets_the_earlier_one_win_and_still_knows_the_other) {
  EXPECT_TRUE(catalogue_.add({&split_, "/a.so"}));
  EXPECT_FALSE(catalogue_.add({&other_split_, "/b.so"}));
  EXPECT_EQ(catalogue_.find(TEMPEST_KIND_TASK, "split")->descriptor, &split_);
  EXPECT_EQ(catalogue_.find_in("/b.so", TEMPEST_KIND_TASK, "split")->descriptor, &other_split_);
  EXPECT_EQ(catalogue_.find_in("/c.so", TEMPEST_KIND_TASK, "split"), nullptr);
  EXPECT_EQ(catalogue_.all(TEMPEST_KIND_TASK).size(), 1u);
}

TEST_F(a_catalogue, lists_by_name) {
  catalogue_.add({&split_, "/a.so"});
  catalogue_.add({&count_, "/a.so"});
  EXPECT_THAT(catalogue_.names(TEMPEST_KIND_TASK), testing::ElementsAre("count", "split"));
  EXPECT_THAT(catalogue_.names(TEMPEST_KIND_SOURCE), testing::IsEmpty());
}

} // namespace
} // namespace tempest::plugin
