// A whole topology in the test's process: the project's Topology.toml and libraries, the real
// engine and workers. Component Testing.
#pragma once

#include <tempest/testing_message.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tempest {

namespace testing {

// One task of a run.
struct task_result {
  std::string name;
  std::uint64_t inflow = 0;  // deliveries handed to it
  std::uint64_t handled = 0; // of these: finished well
  std::uint64_t skipped = 0;
  std::uint64_t outflow = 0; // outputs of those handled
  std::uint64_t errors = 0;  // failed, rejected or timed out
  std::uint64_t retries = 0;
  std::vector<testing::emitted> emitted; // by deliveries that succeeded; of a sink task: written
};

struct run_result {
  bool all_settled = false; // everything that was read was settled within the limit
  std::string why;          // when not: for people
  std::uint64_t read = 0;
  std::uint64_t acked = 0;
  std::uint64_t failed = 0;
  std::uint64_t dead_lettered = 0;
  std::uint64_t returned = 0;
  std::uint64_t abandoned = 0;
  int exit_code = 0; // as `tempest run` would
  std::vector<task_result> tasks;
  std::vector<std::string> dead_letters; // their JSON

  // Throws std::out_of_range with the known names.
  [[nodiscard]] TEMPEST_TESTING_API const task_result& task(const std::string& name) const;
};

} // namespace testing

// Nothing outside is touched: what sink tasks and dead letters would write is kept in the result,
// and with messages(), or lines_of(), the source is replaced. One run at a time in a process.
class TEMPEST_TESTING_API test_run {
 public:
  // A Topology.toml or the folder that holds it.
  explicit test_run(std::string topology) : topology_(std::move(topology)) {}

  // As --set of the command: set("task.count.workers", "1").
  test_run& set(std::string key, std::string value);
  // Instead of what the topology's source reads. What fails does not come again.
  test_run& messages(std::vector<testing::input> all);
  // The same, a message for each line of a file. Throws std::runtime_error when it cannot be read.
  test_run& lines_of(const std::string& path);
  // How long it may take, 30 s by default. A source without end is stopped then.
  test_run& limit(std::chrono::milliseconds time);

  // Throws std::runtime_error with all that `tempest check` would complain about.
  [[nodiscard]] testing::run_result run() const;

 private:
  std::string topology_;
  std::vector<std::pair<std::string, std::string>> overrides_;
  std::vector<testing::input> messages_;
  bool own_source_ = false;
  std::chrono::milliseconds limit_{30000};
};

} // namespace tempest
