// Passes on what it gets; a message that says how it kills the process does that.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <tempest/task.hpp>

namespace {

// Throws where nothing may: what a program without memory usually comes to.
void need_memory() noexcept {
  static char* volatile kept = nullptr;
  kept = new char[std::size_t{1} << 62];
}

struct poison {
  void handle(const tempest::message& in, tempest::outbox& out) {
    const std::string_view said = in.text();
    if (said.starts_with("null")) *static_cast<int* volatile>(nowhere_) = 1;
    if (said.starts_with("abort")) std::abort();
    if (said.starts_with("memory")) need_memory();
    if (said.starts_with("kill")) (void)std::raise(SIGKILL); // as the kernel, when memory runs out
    if (said.starts_with("slow")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    out.forward(in);
  }
  int* volatile nowhere_ = nullptr;
};

// Leaves those to it, and dies of others.
struct late_poison {
  void handle(const tempest::message& in, tempest::outbox& out) {
    if (in.text().starts_with("late")) std::abort();
    out.forward(in);
  }
};

} // namespace

TEMPEST_LIBRARY(tempest::task<poison>("poison", "Passes on what it gets, or kills the process."),
                tempest::task<late_poison>("late_poison", "The same, of other messages."))
