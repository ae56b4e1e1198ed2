// tempest-probe LIBRARY: loads it and writes "ok" or the reason why not to descriptor 3. What it
// prints besides goes nowhere; if it crashes or hangs, that is the answer.
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "runtime/plugin/load.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 2;
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
