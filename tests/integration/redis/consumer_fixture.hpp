// A consumer under test with a listener that remembers, against a server of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plugins/redis/stream/consumers.hpp"
#include "tests/support/redis_server.hpp"

namespace redis::stream {

using tempest::test::eventually;
using tempest::test::redis_server;

// One entry that was handed over.
struct got {
  token of = 0;
  std::string id;
  std::string value; // of the first field
  std::uint32_t deliveries = 0;
};

// Remembers what a consumer says. Settles nothing by itself.
class recorder : public listener {
 public:
  void deliver(const reply& from, std::span<const handed_entry> batch) override {
    for (const handed_entry& one : batch) {
      const entry& what = *one.what;
      all.push_back({one.of, std::string(from.text(from.at(what.id_node))),
                     std::string(from.text(from.at(what.first_field + 1))), what.deliveries});
      open.insert(one.of);
      values.insert(all.back().value);
    }
    largest_batch = std::max(largest_batch, batch.size());
  }
  void settled(std::span<const token> which, outcome, confirmation result) override {
    for (const token of : which) {
      EXPECT_TRUE(open.erase(of) == 1) << "answered twice, or never handed over";
      ++confirmed[result];
    }
  }
  void withdrawn(std::span<const token> which) override {
    for (const token of : which) {
      EXPECT_TRUE(open.erase(of) == 1);
      gone.push_back(of);
    }
  }
  void pending_handled(pending_action how, std::uint64_t count) override { handled[how] += count; }
  void pending_refused(pending_action how) override { ++refused[how]; }
  void log(severity, const std::string& text) override { logged += text + "\n"; }

  std::vector<got> all;
  std::set<token> open;
  std::set<std::string> values;
  std::map<confirmation, std::size_t> confirmed;
  std::vector<token> gone;
  std::map<pending_action, std::uint64_t> handled;
  std::map<pending_action, std::uint64_t> refused;
  std::string logged;
  std::size_t largest_batch = 0;
};

// A consumer with its recorder, driven step by step.
struct subject {
  explicit subject(const consumer_settings& settings) : subject(std::vector{settings}) {}
  explicit subject(std::vector<consumer_settings> streams) : it(std::move(streams), heard) {}

  // One poll of at most `wait_ms`; connects again first when the last one failed. Returns whether
  // the server was there.
  bool step(std::size_t messages = 100000, int wait_ms = 20,
            std::size_t bytes = std::size_t{64} << 20) {
    try {
      if (!it.connected()) it.connect();
      it.poll({messages, bytes, steady::now() + milliseconds(wait_ms)});
      return true;
    } catch (const unavailable& error) {
      why = error.what();
      it.hang_up();
      return false;
    }
  }
  void settle(std::span<const token> which, outcome what) {
    const std::vector<std::uint8_t> outcomes(which.size(), static_cast<std::uint8_t>(what));
    it.settle(which, outcomes);
  }
  // Settles everything from the `from`th message on that is still open.
  void settle_open(outcome what) {
    std::vector<token> tokens;
    for (const token of : heard.open) {
      if (!asked.contains(of)) tokens.push_back(of);
    }
    asked.insert(tokens.begin(), tokens.end());
    settle(tokens, what);
  }
  // Steps and acknowledges until `count` different values were seen and all is confirmed.
  bool drain(std::size_t count) {
    return eventually([&] {
      step();
      settle_open(outcome::ack);
      return heard.values.size() >= count && heard.open.empty();
    });
  }
  bool read(std::size_t count) {
    return eventually([&] {
      step();
      return heard.all.size() >= count;
    });
  }
  void close() { it.close(steady::now() + std::chrono::seconds(10)); }

  recorder heard;
  consumers it;
  std::set<token> asked;
  std::string why;
};

class redis_consumer : public testing::Test {
 protected:
  consumer_settings settings(const std::string& name = "a") {
    consumer_settings made;
    made.server = parse_uri(server_.uri());
    made.key = "s";
    made.group = "g";
    made.name = name;
    return made;
  }
  long long pending() {
    const std::string answer = server_.run({"XPENDING", "s", "g"});
    return std::atoll(answer.c_str() + 1);
  }
  // How long the server has not heard of a pending entry, in ms.
  long long idle_of(const std::string& id) {
    const std::string row = server_.run({"XPENDING", "s", "g", id, id, "1"}); // [[id, who, ms, n]]
    return std::atoll(row.c_str() + row.find(',', row.find(',') + 1) + 1);
  }
  // How often the server was given a command since CONFIG RESETSTAT.
  long long calls(const std::string& command) {
    const std::string all = server_.run({"INFO", "commandstats"});
    const std::string name = "cmdstat_" + command + ":calls=";
    const std::size_t at = all.find(name);
    return at == std::string::npos ? 0 : std::atoll(all.c_str() + at + name.size());
  }
  std::string consumers() { return server_.run({"XINFO", "CONSUMERS", "s", "g"}); }

  redis_server server_;
};

} // namespace redis::stream
