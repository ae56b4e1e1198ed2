// A whole run with somebody who looks at what passes.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "runtime/admin/tap_stream.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using testing::HasSubstr;
using testing::Not;

std::shared_ptr<admin::answer_stream> open(run_questions& run, const std::string& of) {
  std::promise<admin::tap_answer> said;
  EXPECT_TRUE(
      run.open_tap({of, {}}, [&](admin::tap_answer one) { said.set_value(std::move(one)); }));
  return said.get_future().get().opened;
}

// All that it tells, until the run's end.
std::string hear(admin::answer_stream& from) {
  std::string heard;
  while (!from.is_over()) {
    const std::string some = from.next();
    if (some.empty()) std::this_thread::yield();
    heard += some;
  }
  return heard;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++found;
  }
  return found;
}

// Emits two: one with everything of its own, and what it was given.
struct both {
  void handle(const message& in, outbox& out) {
    if (in.text() == "2" && in.attempt() == 1) throw std::runtime_error("no luck");
    if (in.text() == "3") throw reject("never");
    const std::vector<header> headers{make_header("tenant", "acme")};
    out.emit({.payload = "made of " + std::string(in.text()), .key = "k", .headers = headers});
    out.forward();
  }
};

struct last {
  void handle(const message&, outbox& out) { out.emit("dropped"); }
};

struct a_tapped_run : testing::Test {
  a_tapped_run() {
    rig.source.messages = topology_rig::numbered(4);
    rig.source.ends = false;
    rig.source.redeliver_limit = 0;
    rig.source.in_poll = [this] { // no message comes before somebody looks
      while (!is_open) std::this_thread::yield();
    };
    const auto split = rig.task<both>("split");
    rig.edge(split, rig.task<last>("store"));
  }
  // All that a tap tells of it.
  std::string tapped(const std::string& of) {
    std::string heard;
    rig.run_asked([&](run_questions& run) {
      const auto stream = open(run, of);
      is_open = true;
      while (rig.source.count(outcome::ack) + rig.source.count(outcome::fail) < 4) {
        std::this_thread::yield();
      }
      EXPECT_TRUE(run.give_order(admin::order::stop, [](const admin::order_answer&) {}));
      if (stream != nullptr) heard = hear(*stream);
    });
    return heard;
  }
  std::atomic<bool> is_open{false};
  topology_rig rig;
};

TEST_F(a_tapped_run, shows_what_a_task_is_given_each_attempt_of_it) {
  const std::string heard = tapped("split");
  EXPECT_EQ(count(heard, "event: message"), 5u) << heard;
  EXPECT_THAT(heard, HasSubstr(R"("id":"2","attempt":1,"key":null,"headers":[],)"));
  EXPECT_THAT(heard, HasSubstr(R"("id":"2","attempt":2,)"));
  EXPECT_THAT(heard, Not(HasSubstr("made of")));
  EXPECT_THAT(heard, HasSubstr(R"("passed":5,"shown":5,"reason":"the run has ended"})"));
}

TEST_F(a_tapped_run, shows_what_passes_along_an_edge) {
  const std::string heard = tapped("split:store");
  EXPECT_EQ(count(heard, "event: message"), 6u) << heard;
  EXPECT_THAT(heard, HasSubstr(R"("edge":{"from":"split","to":"store"},)"));
  EXPECT_EQ(count(heard, R"("key":"k","headers":[{"name":"tenant","value":"acme"}],)"), 3u);
  EXPECT_EQ(count(heard, R"("key":null,"headers":[],)"), 3u);
  EXPECT_THAT(heard, HasSubstr(R"("id":"2","attempt":2,)"));
  EXPECT_THAT(heard, HasSubstr(R"("payload":"made of 2","payload_bytes":9,)"));
  EXPECT_THAT(heard, HasSubstr(R"("payload":"2","payload_bytes":1,)")) << "forwarded";
  EXPECT_THAT(heard, Not(HasSubstr("made of 3"))) << "it was rejected";
  EXPECT_THAT(heard, Not(HasSubstr("dropped"))) << "of the last task";
}

TEST_F(a_tapped_run, shows_the_same_to_the_next_task) {
  const std::string heard = tapped("store");
  EXPECT_EQ(count(heard, "event: message"), 6u) << heard;
  EXPECT_EQ(count(heard, R"("attempt":1,)"), 6u) << "its own attempts";
  EXPECT_EQ(count(heard, R"("key":"k","headers":[{"name":"tenant","value":"acme"}],)"), 3u);
}

TEST_F(a_tapped_run, refuses_a_tap_elsewhere_and_goes_on) {
  EXPECT_EQ(tapped("nowhere"), "");
  EXPECT_EQ(rig.source.count(outcome::ack), 3u);
}

} // namespace
} // namespace tempest::service
