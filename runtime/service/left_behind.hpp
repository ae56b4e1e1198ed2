// What a thread that never comes back still uses, until the process is gone: see run_report::stuck.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace tempest::service {

template <typename Run>
void leave_behind(std::unique_ptr<Run> run) {
  static auto* const kept = new std::vector<std::unique_ptr<Run>>;
  kept->push_back(std::move(run));
}

} // namespace tempest::service
