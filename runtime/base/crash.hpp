// When code of a plugin crashes the process, one line on standard error says whose it was.
#pragma once

#include <tempest/abi.h>

#include <memory>
#include <string>

namespace tempest::base {

// From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT write that line before they do what they
// did before: end the process, or whatever a sanitizer has to say. So does std::exit on a thread
// with a crash_subject, which then ends the process as an internal error. Call on the main thread.
void report_crashes();

// Names what the calling thread runs, "task 'split' (/path/libtasks.so)", as long as it lives, and
// gives the thread a stack of its own for the report, so that an overflow of the stack is told too.
// Made and destroyed on that thread; one at a time.
class crash_subject {
 public:
  explicit crash_subject(std::string text);
  ~crash_subject();
  crash_subject(const crash_subject&) = delete;
  crash_subject& operator=(const crash_subject&) = delete;

 private:
  std::string text_;
  std::unique_ptr<char[]> stack_;
};

// While control is with the plugin: the batch whose message `current` is named, too. It outlives
// that; nullptr afterwards. Costs a store; the calling thread.
void crash_batch(const tempest_batch* in_hand) noexcept;

} // namespace tempest::base
