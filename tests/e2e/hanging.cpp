// A task whose handler takes as long as its message says.
#include <tempest/context.hpp>
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

class hanging {
 public:
  explicit hanging(tempest::context& context) : context_(context) {}

  void handle(const tempest::message& in, tempest::outbox& out) {
    const std::string_view what = in.text();
    if (what.find("second") != what.npos) context_.info("it begins");
    if (what == "hangs") never_comes_back();
    if (what == "hangs once" && in.attempt() == 1) never_comes_back();
    if (what == "5 seconds") sleep_ms(5'000);
    if (what == "15 seconds") sleep_ms(15'000);
    if (what == "4 seconds with progress") {
      for (int i = 0; i < 40; ++i) {
        sleep_ms(100);
        in.progress();
      }
    }
    out.forward();
  }

 private:
  tempest::context& context_;
};

} // namespace

TEMPEST_TASK(hanging, "hanging", "Takes its time.");
