// What a name stands for is learnt aside: neither another name nor the end waits for it.
#include "runtime/net/lookup.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "runtime/base/clock.hpp"
#include "tests/support/name_server.hpp"
#include "tests/support/no_more_threads.hpp"

namespace tempest::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct lookup : testing::Test {
  using answer = std::shared_ptr<std::optional<lookup_answer>>;

  answer look(const address& name) {
    const auto found = std::make_shared<std::optional<lookup_answer>>();
    look_up(*in, name, names.ask(), [found](const lookup_answer& said) { *found = said; });
    EXPECT_FALSE(found->has_value()) << "within the call";
    return found;
  }
  lookup_answer answer_of(const address& name) {
    const answer found = look(name);
    while (!found->has_value()) in->wait(base::never_ns);
    return **found;
  }

  name_server names;
  std::unique_ptr<loop> in = std::make_unique<loop>();
};

TEST_F(lookup, yields_all_that_a_name_stands_for) {
  const address one{"10.0.0.1", 7, {}}, two{"10.0.0.2", 7, {}};
  names.say("shop", {one, two});
  EXPECT_THAT(answer_of({"shop", 7, {}}).places, ElementsAre(one, two));
}

TEST_F(lookup, that_fails_says_why) {
  const lookup_answer found = answer_of({"shop", 7, {}});
  EXPECT_THAT(found.places, IsEmpty());
  EXPECT_EQ(found.why, "nobody knows it");
}

TEST_F(lookup, asks_nobody_about_what_stands_for_itself) {
  for (const address& one :
       {address{"127.0.0.1", 7, {}}, address{"::1", 7, {}}, address{"", 0, "/run/shop.sock"}}) {
    EXPECT_THAT(answer_of(one).places, ElementsAre(one));
    EXPECT_EQ(names.asked(one.host), 0);
  }
}

TEST_F(lookup, of_one_name_does_not_wait_for_that_of_another) {
  names.hang_at("dead");
  names.say("live", {{"10.0.0.1", 7, {}}});
  const answer dead = look({"dead", 7, {}});
  EXPECT_THAT(answer_of({"live", 7, {}}).places, testing::SizeIs(1));
  EXPECT_FALSE(dead->has_value());
  names.answer_all();
  while (!dead->has_value()) in->wait(base::never_ns);
}

TEST_F(lookup, is_not_waited_for_by_a_loop_that_goes_and_finds_nobody_then) {
  names.hang_at("dead");
  answer dead = look({"dead", 7, {}});
  in.reset();
  names.answer_all();
  while (dead.use_count() > 1) std::this_thread::yield(); // until the thread is done with it
  EXPECT_FALSE(dead->has_value());
}

TEST_F(lookup, without_a_thread_for_it_fails_and_says_so) {
  names.say("shop", {{"10.0.0.1", 7, {}}});
  {
    const no_more_threads full;
    EXPECT_THAT(answer_of({"shop", 7, {}}).why, HasSubstr("no thread to be had"));
  }
  EXPECT_THAT(answer_of({"shop", 7, {}}).places, testing::SizeIs(1));
}

} // namespace
} // namespace tempest::net
