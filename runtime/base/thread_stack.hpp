// Where another thread of this process is, for people.
#pragma once

#include <pthread.h>

#include <string>
#include <vector>

namespace tempest::base {

// Makes stack_of possible: takes a real-time signal, if one is free. Any thread; more than once
// does no harm. Not while a plugin is at work: what unwinds stacks is loaded here.
void prepare_thread_stacks();

// Where `thread`, which was not joined, is: return addresses, the innermost first. Asks it by a
// signal with SA_RESTART, so a system call that never restarts (poll, nanosleep) ends with EINTR
// there. Empty when it does not answer within 100 ms: it blocks the signal, or a sanitizer holds it
// back. One caller at a time.
[[nodiscard]] std::vector<void*> stack_of(pthread_t thread);

// The functions that a stack is in: "read (libc.so.6) < fetch (libtasks.so) < ...". Reads debug
// information, which takes seconds and 20 MB or more: in a copy of this process, so that both are
// spent by it. Empty when it fails, or is not done within 20 s. Any thread.
[[nodiscard]] std::string names_of_stack(const std::vector<void*>& stack);

} // namespace tempest::base
