// With TEMPEST_CHECKED defined, the layer verifies from where a plugin calls its host: a call on a
// foreign thread, or outside the functions that the contract names, ends the process with a line
// that says so. Without, it costs nothing.
#pragma once

#ifdef TEMPEST_CHECKED
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#endif

namespace tempest::impl {

#ifdef TEMPEST_CHECKED
// Of one plugin instance: which of its functions runs, and on which thread.
class call_state {
 public:
  void enter(const char* function) noexcept {
    owner_ = std::this_thread::get_id();
    running_ = function;
  }
  void leave() noexcept { running_ = nullptr; }
  // `called`: the host's function; `allowed`: the plugin's functions within which it may be called.
  template <typename... Names>
  void check(const char* called, Names... allowed) const noexcept {
    const bool is_foreign = running_ != nullptr && std::this_thread::get_id() != owner_;
    const bool is_allowed =
        running_ != nullptr && ((std::string_view(running_) == std::string_view(allowed)) || ...);
    if (is_allowed && !is_foreign) return;
    std::fprintf(stderr,
                 "tempest: %s was called %s%s; the contract allows it on the plugin's own "
                 "thread within",
                 called,
                 is_foreign ? "on a foreign thread during "
                 : running_ ? "within "
                            : "outside",
                 running_ != nullptr ? running_ : " of every call");
    (std::fprintf(stderr, " %s", allowed), ...);
    std::fputc('\n', stderr);
    std::abort();
  }

 private:
  std::thread::id owner_;
  const char* running_ = nullptr;
};
#else
class call_state {
 public:
  void enter(const char*) noexcept {}
  void leave() noexcept {}
  template <typename... Names>
  void check(const char*, Names...) const noexcept {}
};
#endif

// One call of a plugin's function.
class running_call {
 public:
  running_call(call_state& state, const char* function) noexcept : state_(state) {
    state_.enter(function);
  }
  ~running_call() { state_.leave(); }
  running_call(const running_call&) = delete;
  running_call& operator=(const running_call&) = delete;

 private:
  call_state& state_;
};

} // namespace tempest::impl
