// What a task process says to a topology and hears from it, over a pipe.
#include "runtime/net/client_link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/net/waiting_notice.hpp"
#include "tests/unit/net/pipe_transport.hpp"

namespace tempest::net {
namespace {

using testing::HasSubstr;

// Both the process and its network: notes what it is told.
struct noting_owner final : client_owner, link_user {
  void joined(client_session& session) override {
    session.grant(1, 10, 100);
    said += "joined ";
  }
  void delivered(client_session&, const wire::deliver& batch) override {
    for (const tempest_delivery& one : batch.deliveries) {
      said += "d" + std::to_string(batch.task) + ":" + std::to_string(one.host_token) + " ";
    }
  }
  void cancelled(client_session&, std::span<const std::uint64_t> tokens) override {
    for (const std::uint64_t one : tokens) said += "c" + std::to_string(one) + " ";
  }
  void alive(client_session&, wire::heartbeat& beat) override {
    beat.running.push_back({7, 1, 30});
  }
  void left(client_session&, std::string_view reason) override {
    said += "left(" + std::string(reason) + ") ";
  }
  bool let_in(std::uint64_t instance) override { return instance != served_already; }
  void refused(std::string_view reason) override {
    said += "refused(" + std::string(reason) + ") ";
  }
  void ended(std::string_view reason) override {
    said += "ended(" + std::string(reason) + ") ";
    over = true;
  }

  std::uint64_t served_already = 0;
  std::string said;
  bool over = false;
};

struct linked : testing::Test, connection_user {
  linked() {
    settings.topology = "words";
    settings.tasks = {{"split", false, 2}, {"count", true, 1}};
    settings.trusted.token = "secret";
    settings.name = "host/1";
    link = std::make_unique<client_link>(in,
                                         std::make_unique<pipe_transport>(in, to_link, to_topology),
                                         settings, pool, 5, owner, owner);
    topology = std::make_shared<connection>(
        in, std::make_unique<pipe_transport>(in, to_topology, to_link), pool, patience{}, *this);
    topology->start(true);
    link->start();
  }
  ~linked() override {
    topology->close();
    link.reset();
    while (in.poll()) {
    }
  }

  // The topology's side: keeps the bodies that it hears.
  void received(const wire::frame_reader::frame& frame) override {
    frames.push_back(frame.body);
    homes.emplace_back(frame.home);
  }
  void heartbeat_due() override {}
  void ended(std::string_view) override { topology_lost = true; }

  template <typename Message>
  void say(const Message& said) {
    topology->send(out.encode(said));
  }
  void say_deliveries(std::uint32_t task, std::uint64_t token) {
    tempest_delivery one{};
    one.host_token = token;
    topology->send(out.encode(wire::deliver{task, std::span(&one, 1)}, 10'000).bytes);
  }
  void welcome(std::uint64_t max_frame_bytes = 100'000) {
    hear(1);
    say(wire::welcome{wire::version_major, 0, 42, max_frame_bytes, 8'000});
    until([&] { return owner.said.find("joined") != std::string::npos; });
    topology->open(10'000'000, std::chrono::milliseconds(60'000));
  }
  void until(const std::function<bool()>& so) {
    const std::int64_t limit = base::steady_ns() + 60'000'000'000;
    while (!so() && base::steady_ns() < limit) in.wait(base::steady_ns() + 10'000'000);
    ASSERT_TRUE(so()) << owner.said;
  }
  void hear(std::size_t count) {
    until([&] { return frames.size() >= count; });
  }
  template <typename Message>
  Message heard(std::size_t index) {
    return std::get<Message>(reader.decode(frames.at(index), nullptr));
  }

  loop in;
  base::chunk_pool pool;
  std::shared_ptr<pipe_line> to_link = std::make_shared<pipe_line>();
  std::shared_ptr<pipe_line> to_topology = std::make_shared<pipe_line>();
  client_settings settings;
  noting_owner owner;
  std::unique_ptr<client_link> link;
  std::shared_ptr<connection> topology;
  std::vector<std::span<const char>> frames;
  std::vector<base::chunk_ref> homes;
  bool topology_lost = false;
  wire::encoder out;
  wire::decoder reader{pool};
};

TEST_F(linked, says_who_it_is_and_is_let_in) {
  welcome();
  const auto said = heard<wire::hello>(0);
  EXPECT_EQ(said.topology, "words");
  EXPECT_EQ(said.token, "secret");
  EXPECT_EQ(said.name, "host/1");
  ASSERT_EQ(said.tasks.size(), 2u);
  EXPECT_EQ(said.tasks[0].workers, 2u);
  EXPECT_TRUE(said.tasks[1].leaf);
  hear(2);
  const auto granted = heard<wire::credit>(1);
  EXPECT_EQ(granted.task, 1u);
  EXPECT_EQ(granted.messages, 10u);
  EXPECT_EQ(granted.bytes, 100u);
  EXPECT_EQ(link->id(), 5u);
}

TEST_F(linked, passes_on_what_the_topology_says) {
  welcome();
  owner.said.clear();
  say_deliveries(1, 77);
  say(wire::cancel{{77, 78}});
  say(wire::heartbeat{});
  say(wire::goodbye{"restart"});
  until([&] { return owner.over; });
  EXPECT_EQ(owner.said,
            "d1:77 c77 c78 left(it said good-bye to this process: \"restart\") "
            "ended(it said good-bye to this process: \"restart\") ");
}

TEST_F(linked, does_not_insist_when_it_is_refused) {
  hear(1);
  say(wire::refusal{"not let in"});
  until([&] { return topology_lost; });
  EXPECT_EQ(owner.said, "refused(not let in) ");
}

TEST_F(linked, says_good_bye_to_a_topology_that_is_served_already) {
  owner.served_already = 42;
  hear(1);
  say(wire::welcome{wire::version_major, 0, 42, 100'000, 8'000});
  hear(2);
  EXPECT_THAT(std::string(heard<wire::goodbye>(1).reason), HasSubstr("another connection"));
  EXPECT_EQ(owner.said, "");
}

TEST_F(linked, does_not_work_with_another_major_version) {
  hear(1);
  say(wire::welcome{wire::version_major + 1, 3, 42, 100'000, 8'000});
  until([&] { return owner.over; });
  EXPECT_THAT(owner.said, HasSubstr("version 3.3"));
}

TEST_F(linked, does_not_work_for_a_topology_that_wants_to_hear_nothing) {
  hear(1);
  say(wire::welcome{wire::version_major, 0, 42, 100'000, 8'001});
  until([&] { return owner.over; });
  EXPECT_THAT(owner.said, HasSubstr("a welcome that nobody can work by"));
}

TEST_F(linked, does_not_take_what_cannot_be) {
  welcome();
  say_deliveries(2, 1);
  until([&] { return owner.over; });
  EXPECT_THAT(owner.said, HasSubstr("a task that the hello does not name"));
}

TEST_F(linked, is_given_nothing_before_it_is_let_in) {
  hear(1);
  say_deliveries(0, 1);
  until([&] { return owner.over; });
  EXPECT_EQ(owner.said, "ended(something else than an answer to the hello) ");
}

TEST_F(linked, says_what_is_begun_at_each_heartbeat) {
  hear(1);
  say(wire::welcome{wire::version_major, 0, 42, 100'000, 5});
  hear(4);
  const auto alive = heard<wire::heartbeat>(3);
  ASSERT_EQ(alive.running.size(), 1u);
  EXPECT_EQ(alive.running[0].token, 7u);
}

TEST_F(linked, reports_in_parts_and_rejects_what_no_frame_can_hold) {
  welcome();
  hear(2);
  engine::worker_report done;
  const std::string payload(200'000, 'x');
  for (const std::size_t length : {20'000u, 20'000u, 200'000u, 80'000u}) {
    engine::result& one = done.results.emplace_back();
    one.delivery = {static_cast<std::uint32_t>(done.results.size()), 1};
    one.first_output = static_cast<std::uint32_t>(done.outputs.size());
    one.output_count = 1;
    done.outputs.emplace_back().payload = std::string_view(payload).substr(0, length);
  }
  link->report(1, done);
  hear(6);
  const auto& huge_one = *heard<wire::report>(4).done;
  ASSERT_EQ(huge_one.results.size(), 1u);
  EXPECT_EQ(huge_one.results[0].what, engine::outcome::rejected);
  EXPECT_THAT(huge_one.reasons, HasSubstr("100000 bytes"));
  const auto last = heard<wire::report>(5);
  EXPECT_EQ(last.task, 1u);
  EXPECT_EQ(last.done->results[0].delivery.slot, 4u);
  EXPECT_EQ(last.done->outputs[0].payload.size(), 80'000u);
}

TEST_F(linked, knows_what_it_reported_and_the_topology_does_not_have) {
  welcome();
  hear(2);
  engine::worker_report done;
  for (const auto what :
       {engine::outcome::skipped, engine::outcome::returned, engine::outcome::failed}) {
    done.results.emplace_back().what = what;
  }
  link->report(1, done);
  hear(3);
  EXPECT_EQ(link->unreported(), 0u);
  to_topology->capacity = 0;
  link->report(1, done);
  EXPECT_EQ(link->unreported(), 2u); // what is returned is not finished
  link->leave("SIGTERM", base::steady_ns() + 1'000'000);
  until([&] { return link->line()->closed(); });
  EXPECT_EQ(link->unreported(), 2u);
}

TEST_F(linked, leaves_after_its_last_word) {
  welcome();
  link->leave("SIGTERM");
  until([&] { return link->line()->closed(); });
  EXPECT_EQ(heard<wire::goodbye>(frames.size() - 1).reason, "SIGTERM");
  EXPECT_EQ(owner.said, "joined "); // it knows
}

TEST(waiting_notice, speaks_at_once_and_then_at_growing_intervals) {
  constexpr std::int64_t second = 1'000'000'000;
  waiting_notice notice;
  std::vector<std::int64_t> said;
  for (std::int64_t s = 1; s < 3600; ++s) {
    if (notice.due(s * second)) said.push_back(s);
  }
  EXPECT_EQ(said,
            (std::vector<std::int64_t>{1, 11, 31, 71, 151, 311, 631, 1231, 1831, 2431, 3031}));
  notice.over();
  EXPECT_TRUE(notice.due(3600 * second));
}

} // namespace
} // namespace tempest::net
