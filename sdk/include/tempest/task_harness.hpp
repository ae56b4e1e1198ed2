// One task behind a fake host: messages in; outputs, outcome and reason out. Component Testing.
#pragma once

#include <tempest/impl/definition.hpp>
#include <tempest/testing_message.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tempest::testing {

enum class ending {
  open, // deferred, and nothing came of it yet
  succeeded,
  skipped,
  failed,
  rejected
};

struct result {
  ending how = ending::open;
  std::string reason;           // of failed and rejected
  std::vector<emitted> outputs; // what flows on: of succeeded only
  std::uint32_t progressed = 0; // calls of progress()
  std::uint32_t late_ends = 0;  // ends after the first, which count for nothing

  [[nodiscard]] std::vector<std::string> payloads() const {
    std::vector<std::string> made;
    for (const emitted& one : outputs) made.push_back(one.payload);
    return made;
  }
};

enum class level { debug = 1, info, warn, error };
struct log_line {
  testing::level level;
  std::string text;
};

// As a worker would: creates the task at once, handles on the calling thread.
class TEMPEST_TESTING_API task_harness {
 public:
  // Options as they would stand in Topology.toml, strings without quotes. Throws
  // std::runtime_error with the reason when an option is refused, or the task's constructor or
  // started() throws.
  explicit task_harness(impl::definition task,
                        const std::map<std::string, std::string>& options = {});
  // Calls shutdown() unless it was called, then frees the task. Deferred deliveries must have
  // ended.
  ~task_harness();
  task_harness(const task_harness&) = delete;
  task_harness& operator=(const task_harness&) = delete;

  // One message as a batch of one.
  result handle(const input& message);
  // One batch; a result each, in order.
  std::vector<result> handle_batch(const std::vector<input>& batch);
  // The results of the last batch as they are now: deferred deliveries end later, from any thread.
  [[nodiscard]] std::vector<result> results() const;
  // Waits until nothing of the last batch is open; false when the time is over.
  [[nodiscard]] bool wait(std::chrono::milliseconds limit = std::chrono::seconds(10)) const;
  void shutdown();

  [[nodiscard]] std::vector<log_line> log() const;
  // A counter's sum, a gauge's value or the sum of what a histogram observed; 0 when there is none.
  [[nodiscard]] double metric(std::string_view name, const headers& labels = {}) const;

 private:
  class host;
  std::unique_ptr<host> host_;
};

} // namespace tempest::testing
