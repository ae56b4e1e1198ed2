// A task process that looks for topologies, and topologies for it to find.
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/net/client.hpp"
#include "tests/integration/net/rig.hpp"

namespace tempest::net {

struct noting_client final : client_owner {
  void joined(client_session& session) override {
    session.grant(0, 1, 1);
    sessions.push_back(&session);
    ++joins;
  }
  void delivered(client_session&, const wire::deliver&) override {}
  void cancelled(client_session&, std::span<const std::uint64_t>) override {}
  void alive(client_session&, wire::heartbeat&) override {}
  void left(client_session& session, std::string_view) override { std::erase(sessions, &session); }
  std::vector<client_session*> sessions;
  int joins = 0;
};

struct finding : served {
  finding() {
    how.topology = "words";
    how.tasks = {{"count", true, 1}};
    how.name = "host/1";
    how.max_backoff = milliseconds(20);
    how.resolve_every = milliseconds(50);
  }
  ~finding() override { process.reset(); }

  // Another topology process, at another port.
  server& another() {
    servers.push_back(std::make_unique<server>(in, settings, pool, owners.emplace_back()));
    servers.back()->listen();
    return *servers.back();
  }
  void stop_the_last() {
    servers.back()->close("for a test");
    EXPECT_TRUE(comes_true([&] { return owners.back().sessions.empty(); }));
    servers.pop_back();
  }
  void look_for(std::vector<address> topologies) {
    how.topologies = std::move(topologies);
    process = std::make_unique<client>(in, how, pool, worker);
    process->start();
  }
  [[nodiscard]] bool has(std::size_t sessions) {
    return comes_true([&] { return worker.sessions.size() == sessions; });
  }
  // Whether the topology processes, in the order of another(), have so many task processes.
  [[nodiscard]] bool serve(std::vector<std::size_t> counts) {
    return comes_true([&] {
      for (std::size_t i = 0; i < counts.size(); ++i) {
        if (owners.at(i).sessions.size() != counts[i]) return false;
      }
      return true;
    });
  }
  // Looks whether nothing happens for a while.
  void rest() {
    const std::int64_t until = base::steady_ns() + 300'000'000;
    while (base::steady_ns() < until) in.wait(until);
  }

  client_settings how;
  noting_client worker;
  std::deque<noting_owner> owners;
  std::vector<std::unique_ptr<server>> servers;
  std::unique_ptr<client> process;
};

} // namespace tempest::net
