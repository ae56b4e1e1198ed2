// A dispatcher whose sessions and workers are played.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/service/dispatcher.hpp"

namespace tempest::service {

struct dispatching : testing::Test {
  // Deliveries whose tokens are `first` and the ones after it.
  void deliver(std::uint64_t session, std::uint64_t first, std::size_t count,
               std::uint32_t task = 0, std::uint32_t attempt = 1, bool alone = false) {
    std::vector<tempest_delivery> rows(count);
    for (std::size_t i = 0; i < count; ++i) {
      rows[i].host_token = first + i;
      rows[i].payload = {"payload", 7};
      rows[i].id = {"id", 2};
      rows[i].attempt = attempt;
    }
    wire::deliver batch;
    batch.task = task;
    batch.alone = alone;
    batch.deliveries = rows;
    batch.frame = frame.get();
    all.deliver(session, batch);
  }
  std::vector<tempest_delivery> take(std::size_t max, std::uint32_t task = 0) {
    std::vector<tempest_delivery> taken;
    all.take(task, max, taken);
    return taken;
  }
  static engine::delivery_ref name(const tempest_delivery& one) {
    return engine::delivery_ref::of(one.host_token);
  }
  void finish(std::span<const tempest_delivery> some,
              engine::outcome what = engine::outcome::succeeded, std::uint32_t task = 0) {
    engine::worker_report done;
    for (const tempest_delivery& one : some) {
      engine::result& result = done.results.emplace_back();
      result.delivery = name(one);
      result.what = what;
    }
    all.report(task, done, back);
    EXPECT_TRUE(done.results.empty());
  }
  // "1:5+" = session 1 was told that its 5 succeeded; "-" it came back unbegun, "!" it failed.
  std::string told() { return std::exchange(said, {}); }

  base::chunk_pool pool;
  base::chunk_ref frame = pool.get(100);
  static constexpr engine::time_ns msg_timeout = 30'000'000;
  dispatcher all{2, msg_timeout};
  std::string said;
  std::uint64_t bytes = 0;
  dispatcher::reporter back = [this](std::uint64_t session, std::uint32_t,
                                     engine::worker_report& done, std::uint64_t finished) {
    bytes += finished;
    for (const engine::result& one : done.results) {
      const char* const sign = one.what == engine::outcome::returned    ? "-"
                               : one.what == engine::outcome::succeeded ? "+"
                                                                        : "!";
      said += std::to_string(session) + ":" + std::to_string(one.delivery.token()) + sign + " ";
    }
  };
};

} // namespace tempest::service
