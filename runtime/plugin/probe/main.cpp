// tempest-probe LIBRARY: loads it and writes "ok" or the reason why not to descriptor 3. If it
// crashes or hangs, that is the answer.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "runtime/plugin/load.hpp"

// In a build with AddressSanitizer a crash is to end the process as it does in others.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() {
  return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0";
}

int main(int count, char** arguments) {
  if (count != 2) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL); // one that hangs does not outlive who asked
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none); // a crash here is an answer, not a case for a debugger
  std::string reason;
  const bool good = tempest::plugin::load(arguments[1], reason) != nullptr;
  const std::string verdict = good ? "ok\n" : reason;
  std::size_t written = 0;
  while (written < verdict.size()) {
    const ssize_t step = write(3, verdict.data() + written, verdict.size() - written);
    if (step <= 0) std::_Exit(1);
    written += static_cast<std::size_t>(step);
  }
  std::_Exit(0); // destructors of a library are not what is asked about
}
