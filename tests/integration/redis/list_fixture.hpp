// A consumer of lists under test with a listener that remembers, against a server of the test's
// own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "plugins/redis/list/consumer.hpp"
#include "tests/support/redis_server.hpp"

namespace redis::list {

using tempest::test::eventually;
using tempest::test::redis_server;

// One element that was handed over.
struct got {
  token of = 0;
  std::uint32_t list = 0;
  std::string value;
  std::uint64_t number = 0;
  std::uint32_t failures = 0;
};

// Remembers what a consumer says. Settles nothing by itself.
class recorder : public listener {
 public:
  void deliver(std::span<const handed_element> batch) override {
    for (const handed_element& one : batch) {
      const element& what = *one.what;
      all.push_back(
          {one.of, what.list, std::string(what.bytes), what.known.number, what.known.failures});
      open.insert(one.of);
      values.insert(all.back().value);
    }
  }
  void settled(std::span<const token> which, outcome how, confirmation result) override {
    for (const token of : which) {
      EXPECT_TRUE(open.erase(of) == 1) << "answered twice, or never handed over";
      ++confirmed[result];
      if (how == outcome::ack && result == confirmation::ok) done.insert(of);
    }
  }
  void withdrawn(std::span<const token> which) override {
    for (const token of : which) {
      EXPECT_TRUE(open.erase(of) == 1);
      gone.push_back(of);
    }
  }
  void log(severity, const std::string& text) override { logged += text + "\n"; }

  std::vector<got> all;
  std::set<token> open;
  std::set<token> done; // acknowledged
  std::set<std::string> values;
  std::map<confirmation, std::size_t> confirmed;
  std::vector<token> gone;
  std::string logged;
};

// A consumer with its recorder, driven step by step.
struct subject {
  explicit subject(consumer_settings settings) : it(std::move(settings), heard) {}

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
    asked.insert(which.begin(), which.end());
    it.settle(which, outcomes);
  }
  void settle_one(token of, outcome what) { settle(std::span(&of, 1), what); }
  // All that is open and was not settled.
  void settle_open(outcome what) {
    std::vector<token> tokens;
    for (const token of : heard.open) {
      if (!asked.contains(of)) tokens.push_back(of);
    }
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
  // Until all that was settled is answered.
  bool flush() {
    return eventually([&] {
      step(0);
      return std::ranges::none_of(heard.open, [&](token of) { return asked.contains(of); });
    });
  }
  void close() { it.close(steady::now() + std::chrono::seconds(10)); }

  recorder heard;
  consumer it;
  std::set<token> asked;
  std::string why;
};

class redis_list : public testing::Test {
 protected:
  consumer_settings settings(const std::string& name = "a") {
    consumer_settings made;
    made.server = parse_uri(server_.uri());
    made.keys = {"l"};
    made.name = name;
    return made;
  }
  long long length(const std::string& key = "l") { return server_.number({"LLEN", key}); }
  long long held(const std::string& name = "a") { return length("l:processing:" + name); }
  std::string all_of(const std::string& key) { return server_.run({"LRANGE", key, "0", "-1"}); }

  redis_server server_;
};

} // namespace redis::list
