// An engine with hands: feeds it messages and plays its workers, in words that read like a story.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {

inline constexpr time_ns second = 1'000'000'000;

class rig {
 public:
  explicit rig(engine_settings settings) : heart(std::move(settings)) {}

  // Tasks 0..n-1 from lists of children; two attempts, one second of back-off without jitter.
  static engine_settings graph(std::vector<std::vector<task_id>> children,
                               last_action on_exhausted = last_action::leave) {
    engine_settings made;
    for (auto& list : children) {
      task_settings task;
      task.children = std::move(list);
      task.policy = {2, second, 60 * second, 0.0, on_exhausted};
      made.tasks.push_back(std::move(task));
    }
    return made;
  }

  void accept(std::uint64_t token, std::string_view payload = "payload",
              std::uint32_t deliveries = 1, const char* refused = nullptr,
              std::uint32_t failures = 0) {
    incoming one;
    char* place = writer.reserve(payload.size());
    if (!payload.empty()) std::memcpy(place, payload.data(), payload.size());
    one.payload = {place, payload.size()};
    one.home = writer.current();
    one.id = "id";
    one.token = token;
    one.deliveries = deliveries;
    one.refused = refused;
    one.failures = failures;
    incoming_batch batch;
    batch.messages.push_back(one);
    batch.chunks.emplace_back(one.home);
    heart.accept(batch, now);
  }

  // Takes one delivery; fails the test when there is none.
  tempest_delivery take(task_id task, worker_id worker = 1) {
    std::vector<tempest_delivery> out;
    EXPECT_EQ(heart.take(task, worker, 1, out), 1u) << "task " << task;
    return out.empty() ? tempest_delivery{} : out.front();
  }
  std::size_t take_all(task_id task, worker_id worker = 1) {
    std::vector<tempest_delivery> out;
    return heart.take(task, worker, 1'000'000, out);
  }

  void report(const tempest_delivery& done, outcome what, std::vector<std::string> outputs = {},
              worker_id worker = 1) {
    worker_report made;
    result one;
    one.delivery = delivery_ref::of(done.host_token);
    one.what = what;
    one.output_count = static_cast<std::uint32_t>(outputs.size());
    made.reasons = "because";
    one.reason_length = 7;
    for (const std::string& text : outputs) {
      char* place = writer.reserve(text.size());
      std::memcpy(place, text.data(), text.size());
      output added;
      added.payload = {place, text.size()};
      added.home = writer.current();
      made.chunks.emplace_back(added.home);
      made.outputs.push_back(added);
    }
    made.results.push_back(one);
    heart.report(worker, made, now);
  }
  void succeed(const tempest_delivery& done, std::vector<std::string> outputs = {}) {
    report(done, outcome::succeeded, std::move(outputs));
  }

  // What the source is to keep since the last call, as text: "1:2", token 1 failed twice.
  std::string failures() {
    std::string text;
    for (const failure_count& one : heart.failure_counts) {
      if (!text.empty()) text += ' ';
      text += std::to_string(one.token) + ':' + std::to_string(one.failures);
    }
    heart.failure_counts.clear();
    return text;
  }

  // Settlements since the last call, as text: "1:ack 2:fail".
  std::string settled() {
    std::string text;
    for (const settlement& one : heart.settlements) {
      if (!text.empty()) text += ' ';
      text += std::to_string(one.token) + ':' +
              (one.what == TEMPEST_ACK    ? "ack"
               : one.what == TEMPEST_FAIL ? "fail"
                                          : "return");
    }
    heart.settlements.clear();
    return text;
  }

  base::chunk_pool pool;
  base::chunk_writer writer{pool};
  engine heart;
  time_ns now = second;
};

inline std::string text(tempest_slice slice) {
  return {slice.data, slice.length};
}

} // namespace tempest::engine
