// Work in a copy of this process, whose memory goes with it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace tempest::base {

// What `work` returns, done in a forked copy of this process that has no thread but the caller's,
// no open file, no signal and no core dump; its memory is the copy's. It may call malloc (glibc's
// is whole after a fork), but nothing whose lock another thread may have held. Empty when the copy
// dies, throws, is not done within `patience` (it is killed then), or cannot be made. Any thread;
// the copy dies with it.
[[nodiscard]] std::string in_a_fork(const std::function<std::string()>& work,
                                    std::chrono::milliseconds patience);

} // namespace tempest::base
