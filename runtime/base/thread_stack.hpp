// Where another thread of this process is, for people.
#pragma once

#include <pthread.h>

#include "runtime/base/stack_names.hpp"

namespace tempest::base {

// Makes stack_of possible: takes a real-time signal, if one is free. Any thread; more than once
// does no harm. Not while a plugin is at work: what unwinds stacks is loaded here.
void prepare_thread_stacks();

// Where `thread`, which was not joined, is. Asks it by a
// signal with SA_RESTART, so a system call that never restarts (poll, nanosleep) ends with EINTR
// there. Empty when it does not answer within 100 ms: it blocks the signal, or a sanitizer holds it
// back. One caller at a time.
[[nodiscard]] stack stack_of(pthread_t thread);

} // namespace tempest::base
