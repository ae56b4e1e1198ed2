// With TEMPEST_CHECKED defined, the layer verifies from where a plugin calls its host: a call on a
// foreign thread or outside `handle` ends the process with a line that names it. Without, it costs
// nothing.
#pragma once

#ifdef TEMPEST_CHECKED
#include <cstdio>
#include <cstdlib>
#include <thread>
#endif

namespace tempest::impl {

#ifdef TEMPEST_CHECKED
class call_state {
 public:
  void enter() noexcept {
    owner_ = std::this_thread::get_id();
    inside_ = true;
  }
  void leave() noexcept { inside_ = false; }
  void check(const char* function) const noexcept {
    if (inside_ && std::this_thread::get_id() == owner_) return;
    std::fprintf(
        stderr,
        "tempest: %s was called %s; the contract allows it on the worker's thread within handle\n",
        function, inside_ ? "on a foreign thread" : "outside handle");
    std::abort();
  }

 private:
  std::thread::id owner_;
  bool inside_ = false;
};
#else
class call_state {
 public:
  void enter() noexcept {}
  void leave() noexcept {}
  void check(const char*) const noexcept {}
};
#endif

} // namespace tempest::impl
