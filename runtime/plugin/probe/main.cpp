// tempest-probe LIBRARY: loads it and writes "ok" or the reason why not to descriptor 3. If it
// crashes or hangs, that is the answer.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string>

#include "runtime/plugin/load.hpp"

// In a build with AddressSanitizer or ThreadSanitizer a crash is to end the process as it does in
// others.
#define TEMPEST_LEAVE_SIGNALS_ALONE \
  "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0"
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() {
  return TEMPEST_LEAVE_SIGNALS_ALONE;
}
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options() {
  return TEMPEST_LEAVE_SIGNALS_ALONE;
}

namespace {

[[noreturn]] void answer(const std::string& verdict) {
  std::size_t written = 0;
  while (written < verdict.size()) {
    const ssize_t step = write(3, verdict.data() + written, verdict.size() - written);
    if (step <= 0) std::_Exit(1);
    written += static_cast<std::size_t>(step);
  }
  std::_Exit(0); // destructors of a library are not what is asked about
}

// Whether an exception finds its way out of the dynamic linker depends on how all were built; the
// answer is the same as in load().
[[noreturn]] void on_terminate() {
  if (!std::current_exception()) std::abort(); // the library ended it so
  try {
    throw;
  } catch (const std::exception& error) {
    answer(std::string("it throws while it is loaded: ") + error.what());
  } catch (...) {
    answer("it throws while it is loaded");
  }
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL); // one that hangs does not outlive who asked
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none); // a crash here is an answer, not a case for a debugger
  std::set_terminate(on_terminate);
  std::string reason;
  answer(tempest::plugin::load(arguments[1], reason) != nullptr ? "ok\n" : reason);
}
