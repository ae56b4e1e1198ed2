// Passes numbers on. The last digits of a number say what goes wrong with it, and at which
// attempts.
#include <tempest/task.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

[[noreturn]] void never_comes_back() {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

// One of a hundred numbers at each attempt: by the last two digits at the first, by the two before
// at the second, and so on.
bool fails(long number, int attempt) {
  for (int before = 1; before < attempt; ++before) number /= 100;
  return number % 100 == 50;
}

struct trouble {
  void handle(const tempest::message& in, tempest::outbox& out) {
    const long number = std::stol(std::string(in.text()));
    const long last = number % 10'000;
    if (last == 4'999) never_comes_back();
    if (last == 9'999 || (last == 7'499 && in.attempt() == 1))
      *static_cast<int* volatile>(nowhere_) = 1;
    if (number % 1'000 == 333) throw tempest::reject("333");
    if (fails(number, static_cast<int>(in.attempt()))) throw std::runtime_error("no luck");
    out.forward();
  }
  int* volatile nowhere_ = nullptr;
};

} // namespace

TEMPEST_TASK(trouble, "trouble",
             "Passes numbers on, or fails, rejects, hangs or kills the process.")
