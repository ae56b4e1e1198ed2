// What the log says when a task does not get on, and when it does again; wherever its workers are.
#pragma once

#include <string_view>

namespace tempest::service {

// Of the task's health.
inline constexpr const char* stuck_words = "every worker is stuck in its handler";

void say_stuck(std::string_view topology, std::string_view task, bool stuck);

} // namespace tempest::service
