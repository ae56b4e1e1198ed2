// Sinks whose user may not write.
#include "tests/integration/redis/plugin_fixture.hpp"

namespace tempest::test {
namespace {

using testing::Each;
using testing::HasSubstr;

struct sink_with_rights {
  const tempest_descriptor& kind;
  std::string add;                // the right to
  std::vector<std::string> tells; // further rights with which connecting finds out
  std::vector<std::string> count;
};

class redis_rights : public redis_plugin {
 protected:
  const std::vector<sink_with_rights> kinds_ = {
      {sink_descriptor(), "xadd", {}, {"XLEN", "out"}},
      {list_sink_descriptor(), "rpush", {"+multi", "+discard"}, {"LLEN", "out"}}};

  void set_user(std::vector<std::string> rules) {
    rules.insert(rules.begin(), {"ACL", "SETUSER", "bob"});
    server_.run(rules);
  }
  // With the right to add, and perhaps with more.
  void make_user(const sink_with_rights& of, const std::vector<std::string>& more = {}) {
    server_.run({"DEL", "out"});
    set_user({"reset", "on", ">secret7", "~out", "-@all", "+" + of.add});
    if (!more.empty()) set_user(more);
  }
  given_options bob(given_options more = {}) {
    more.insert({"uri", toml("redis://bob:secret7@127.0.0.1:" + std::to_string(server_.port()))});
    return sink_options(std::move(more));
  }
};

TEST_F(redis_rights, sink_that_may_not_write_is_unhealthy_and_connecting_tells) {
  for (const sink_with_rights& one : kinds_) {
    make_user(one, one.tells);
    sink_harness sink(one.kind, bob());
    ASSERT_TRUE(sink.connect()) << sink.error;
    EXPECT_EQ(server_.number({"EXISTS", "out"}), 0) << "finding out adds nothing";
    set_user({"-" + one.add});
    EXPECT_THAT(sink.write({{"a", {}, {}}, {"b", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
    EXPECT_FALSE(sink.healthy()) << "no message is to blame";
    EXPECT_THAT(sink.error, HasSubstr("'bob' lacks a permission (ACL)"));
    for (int i = 0; i < 2; ++i) {
      EXPECT_FALSE(sink.connect());
      EXPECT_THAT(sink.error, HasSubstr("NOPERM"));
    }
    set_user({"+" + one.add});
    ASSERT_TRUE(sink.connect()) << sink.error;
    EXPECT_TRUE(sink.healthy());
    EXPECT_THAT(sink.write({{"a", {}, {}}, {"b", {}, {}}}), Each(TEMPEST_WRITTEN));
    EXPECT_EQ(server_.number(one.count), 2);
  }
}

TEST_F(redis_rights, sink_names_a_key_that_it_may_not_write_to) {
  for (const sink_with_rights& one : kinds_) {
    make_user(one, one.tells);
    sink_harness sink(one.kind, bob({{"key", toml("other")}}));
    EXPECT_FALSE(sink.connect());
    EXPECT_THAT(sink.error, AllOf(HasSubstr("lacks a permission"), HasSubstr("NOPERM")));
    EXPECT_EQ(server_.number({"EXISTS", "other"}), 0);
  }
}

// The rights that the page names are enough, and if one is missing then it is the sink that is not
// well, once it has written.
TEST_F(redis_rights, sink_that_cannot_ask_finds_out_when_it_writes) {
  const sink_with_rights& list = kinds_.back();
  make_user(list);
  sink_harness sink(list.kind, bob());
  set_user({"-" + list.add});
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(sink.connect()) << sink.error;
    EXPECT_TRUE(sink.healthy()) << "as far as is known";
    EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
    EXPECT_FALSE(sink.healthy());
    EXPECT_THAT(sink.error, HasSubstr("NOPERM"));
  }
  set_user({"+" + list.add});
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
}

TEST_F(redis_rights, sink_that_is_to_trim_has_to_have_the_right) {
  const sink_with_rights& list = kinds_.back();
  make_user(list, list.tells);
  sink_harness sink(list.kind, bob({{"max_length", toml(3)}}));
  EXPECT_FALSE(sink.connect());
  EXPECT_THAT(sink.error, HasSubstr("'ltrim'"));
  set_user({"+ltrim"});
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write(std::vector<written_message>(5, {"a", {}, {}})), Each(TEMPEST_WRITTEN));
  EXPECT_EQ(server_.number(list.count), 3);
}

// It is in the middle of a transaction then, and must come out of it.
TEST_F(redis_rights, sink_writes_though_it_may_begin_what_it_may_not_give_up) {
  const sink_with_rights& list = kinds_.back();
  make_user(list, {"+multi"});
  sink_harness sink(list.kind, bob());
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
  EXPECT_EQ(server_.number(list.count), 1);
}

} // namespace
} // namespace tempest::test
