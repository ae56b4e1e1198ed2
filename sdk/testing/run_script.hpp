// What a test_run feeds in and takes down. One at a time in a process: functions of the C contract
// know nothing but the name of their instance.
#pragma once

#include <tempest/abi.h>
#include <tempest/testing_message.hpp>

#include <deque>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tempest::testing {

// What one task emitted, over all of its workers.
struct task_log {
  std::string name;
  const tempest_task_functions* functions = nullptr; // the real ones; nullptr: a sink task
  std::mutex mutex;
  std::vector<testing::emitted> emitted;

  // With the mutex held.
  void add(std::vector<testing::emitted>& more) {
    std::move(more.begin(), more.end(), std::back_inserter(emitted));
    more.clear();
  }
};

struct run_script {
  std::vector<input> messages;
  std::deque<task_log> tasks;
  std::deque<tempest_descriptor> descriptors; // those that stand in for the real ones
  std::mutex mutex;
  std::vector<std::string> dead_letters;

  // nullptr when there is none.
  [[nodiscard]] task_log* log_of(std::string_view name) {
    for (task_log& one : tasks) {
      if (one.name == name) return &one;
    }
    return nullptr;
  }
};

// Of the run that is under way.
inline run_script* current_script = nullptr;

} // namespace tempest::testing
