// A task whose handler takes as long as its message says.
#include <tempest/task.hpp>

#include <chrono>
#include <string_view>
#include <thread>

namespace {

void sleep_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

__attribute__((noinline)) void never_comes_back() {
  for (;;) sleep_ms(10);
}

struct hanging {
  void handle(const tempest::message& in, tempest::outbox& out) {
    const std::string_view what = in.text();
    if (what == "hangs") never_comes_back();
    if (what == "hangs once" && in.attempt() == 1) never_comes_back();
    if (what == "4 seconds") sleep_ms(4'000);
    if (what == "15 seconds") sleep_ms(15'000);
    if (what == "4 seconds with progress") {
      for (int i = 0; i < 40; ++i) {
        sleep_ms(100);
        in.progress();
      }
    }
    out.forward();
  }
};

} // namespace

TEMPEST_TASK(hanging, "hanging", "Takes its time.");
