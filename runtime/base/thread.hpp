// Starting a thread can fail: the system counts threads, and the memory for their stacks.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace tempest::base {

// A thread that runs `body`; `purpose` is its name in the reason, "worker 3 of task 'split'".
// Throws failure(unavailable) when the system refuses one more.
[[nodiscard]] std::thread start_thread(const std::string& purpose, std::function<void()> body);

} // namespace tempest::base
