// A server and its peers on one loop: what the server tells its owner, and peers that say what a
// test wants them to.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/net/connection.hpp"
#include "runtime/net/connector.hpp"
#include "runtime/net/server.hpp"
#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"

namespace tempest::net {

using std::chrono::milliseconds;

struct noting_owner : server_owner {
  void joined(server_session& session) override { sessions.push_back(&session); }
  void reported(server_session& session, std::size_t task, engine::worker_report& done) override {
    for (const engine::result& one : done.results) {
      reports.push_back({&session, task, one.delivery.token(), one.what});
    }
    if (on_report) on_report(session);
  }
  [[nodiscard]] std::uint64_t inherited_bytes(engine::delivery_ref) const override {
    return inherited;
  }
  void running(server_session&, std::size_t task, std::span<const engine::begun> begun) override {
    for (const engine::begun& one : begun) since[{task, one.delivery.token()}] = one.since;
  }
  void stuck(server_session&, std::size_t task, bool now) override {
    stuck_tasks.emplace_back(task, now);
  }
  void worked(server_session&, std::size_t task, const wire::work& done) override {
    busy_ns[task] = done.busy_ns;
  }
  void sink_trouble(server_session&, std::size_t task, std::string_view reason) override {
    sinks[task] = reason;
  }
  void left(server_session& session, std::string_view reason, engine::departure how) override {
    std::erase(sessions, &session);
    departures.push_back(how);
    reasons.emplace_back(reason);
  }

  struct told {
    server_session* session;
    std::size_t task;
    std::uint64_t token;
    engine::outcome what;
  };
  std::vector<server_session*> sessions;
  std::uint64_t inherited = 0;
  std::vector<told> reports;
  std::map<std::pair<std::size_t, std::uint64_t>, std::int64_t> since;
  std::vector<std::pair<std::size_t, bool>> stuck_tasks;
  std::map<std::size_t, std::uint64_t> busy_ns; // as last told, by task
  std::map<std::size_t, std::string> sinks;     // likewise
  std::vector<std::string> reasons;
  std::vector<engine::departure> departures;
  std::function<void(server_session&)> on_report;
};

// A task process as far as the wire knows.
class test_peer : public connection_user {
 public:
  test_peer(loop& in, base::chunk_pool& pool, std::unique_ptr<transport> to)
      : wire(std::make_shared<connection>(
            in, std::move(to), pool, patience{milliseconds(60'000), milliseconds(60'000)}, *this)),
        decoder_(pool) {
    wire->start(false);
  }
  ~test_peer() override { wire->close(); }

  template <typename Message>
  void say(const Message& said) {
    wire->send(encoder_.encode(said));
  }
  void say(const wire::report& said) { wire->send(encoder_.encode(said, 0, 1 << 20).bytes); }
  void report(std::uint32_t task, std::uint64_t token) {
    engine::worker_report done;
    done.results.emplace_back().delivery = engine::delivery_ref::of(token);
    say(wire::report{task, &done});
  }

  void received(const wire::frame_reader::frame& frame) override {
    const wire::message said = decoder_.decode(frame.body, frame.home);
    if (const auto* answer = std::get_if<wire::welcome>(&said)) {
      welcomed = true;
      welcome = *answer;
      wire->open(answer->max_frame_bytes, milliseconds(20));
    }
    if (const auto* no = std::get_if<wire::refusal>(&said)) refusal = no->reason;
    if (const auto* last = std::get_if<wire::goodbye>(&said)) goodbye = last->reason;
    if (std::holds_alternative<wire::heartbeat>(said)) ++heartbeats;
    if (const auto* back = std::get_if<wire::cancel>(&said)) cancelled = back->tokens;
    const auto* work = std::get_if<wire::deliver>(&said);
    if (work == nullptr) return;
    for (const tempest_delivery& one : work->deliveries) {
      payloads.emplace_back(one.payload.data, one.payload.length);
      tokens.push_back(one.host_token);
    }
  }
  void heartbeat_due() override {
    if (alive) say(wire::heartbeat{running, stuck, work_done, sinks});
  }
  void ended(std::string_view reason) override {
    over = true;
    why = reason;
  }

  const std::shared_ptr<connection> wire;
  bool welcomed = false, over = false, alive = true;
  int heartbeats = 0;
  wire::welcome welcome;
  std::string refusal, goodbye, why;
  std::vector<std::string> payloads;
  std::vector<std::uint64_t> tokens, cancelled;
  std::vector<wire::begun> running;
  std::vector<std::uint32_t> stuck;
  std::vector<wire::work> work_done;
  std::vector<wire::sink_trouble> sinks;

 private:
  wire::encoder encoder_;
  wire::decoder decoder_;
};

struct served : testing::Test {
  served() {
    settings.topology = "words";
    settings.tasks = {{"split", false}, {"count", true}};
    settings.listen = *listening_address("127.0.0.1", 0);
    settings.heartbeat = milliseconds(20);
    hello.topology = "words";
    hello.tasks = {{"count", true, 2}, {"split", false, 1}};
    hello.name = "host/1";
  }
  ~served() override {
    peers.clear();
    server_.reset();
    while (in.poll()) {
    }
  }

  void serve() {
    server_.reset();
    server_ = std::make_unique<server>(in, settings, pool, owner);
    server_->listen();
  }
  template <typename Condition>
  [[nodiscard]] bool comes_true(Condition so) {
    const std::int64_t limit = base::steady_ns() + 60'000'000'000;
    while (!so() && base::steady_ns() < limit) in.wait(base::steady_ns() + 10'000'000);
    return so();
  }
  // A peer that has not said anything.
  test_peer* connect(std::shared_ptr<boost::asio::ssl::context> tls = nullptr,
                     const std::string& expected_name = {}) {
    bool answered = false;
    std::unique_ptr<transport> made;
    std::string error;
    dial(in, server_->where(), std::move(tls), expected_name, 60'000,
         [&](std::unique_ptr<transport> connected, const std::string& why) {
           answered = true;
           made = std::move(connected);
           error = why;
         });
    EXPECT_TRUE(comes_true([&] { return answered; }));
    if (made == nullptr) throw std::runtime_error(error);
    return peers.emplace_back(std::make_unique<test_peer>(in, pool, std::move(made))).get();
  }
  // A peer that was let in and has not granted anything.
  test_peer& introduce() {
    test_peer& made = *connect();
    made.say(hello);
    EXPECT_TRUE(comes_true([&] { return made.welcomed; })) << made.refusal << made.why;
    return made;
  }
  test_peer& join() {
    test_peer& made = introduce();
    grant_nothing(made);
    return made;
  }
  // All the same it is there then.
  void grant_nothing(test_peer& who) {
    const std::size_t before = owner.sessions.size();
    who.say(wire::credit{0, 0, 0});
    EXPECT_TRUE(comes_true([&] { return owner.sessions.size() > before; }));
  }

  base::chunk_pool pool;
  loop in;
  noting_owner owner;
  server_settings settings;
  wire::hello hello;
  std::unique_ptr<server> server_;
  std::vector<std::unique_ptr<test_peer>> peers;
};

} // namespace tempest::net
