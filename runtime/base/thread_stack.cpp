#include "runtime/base/thread_stack.hpp"

#include <backtrace.h>
#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>

#include "runtime/base/forked.hpp"

namespace tempest::base {
namespace {

constexpr int most_frames = 64;
constexpr std::size_t most_shown = 16;
constexpr auto most_patience_for_names = std::chrono::seconds(20);
constexpr auto patience = std::chrono::milliseconds(100);

// One question at a time. A late answer must not write where the next one is expected, so whoever
// answers first moves the state on, and an answer that nobody waits for finds it changed.
enum class state : int { idle, asked, answering, answered };
std::atomic<state> now{state::idle};
std::atomic<pthread_t> whom{};
void* frames[most_frames];
int frame_count = 0;
std::atomic<bool> prepared{false};

int our_signal() {
  return SIGRTMAX - 3;
}

// In the thread that is asked. backtrace() takes no lock and no memory once it is warm.
void answer(int, siginfo_t*, void*) {
  const int kept = errno;
  state expected = state::asked;
  if (pthread_equal(whom.load(), pthread_self()) != 0 &&
      now.compare_exchange_strong(expected, state::answering)) {
    frame_count = ::backtrace(frames, most_frames);
    now.store(state::answered);
  }
  errno = kept;
}

// Whether `frames` holds the thread's answer.
bool ask(pthread_t thread) {
  state expected = state::idle;
  whom.store(thread);
  if (!now.compare_exchange_strong(expected, state::asked)) return false; // an answer never ended
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const bool sent = ::pthread_kill(thread, our_signal()) == 0;
  while (sent && now.load() != state::answered && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  expected = state::asked;
  if (now.compare_exchange_strong(expected, state::idle)) return false;
  return now.load() == state::answered;
}

std::string readable(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> made(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 ? made.get() : name;
}

struct symbol {
  std::string function;
  std::string place;
};

int take_line(void* into, std::uintptr_t, const char* file, int line, const char* function) {
  auto& found = *static_cast<symbol*>(into);
  if (function == nullptr || !found.function.empty()) return 0;
  found.function = readable(function);
  if (file == nullptr) return 0;
  const std::string_view path(file);
  found.place = std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(line);
  return 0;
}

void take_name(void* into, std::uintptr_t, const char* name, std::uintptr_t, std::uintptr_t) {
  if (name != nullptr) static_cast<symbol*>(into)->function = readable(name);
}

void ignore(void*, const char*, int) {}

// Also of functions that their library does not export.
symbol symbol_of(std::uintptr_t address) {
  static backtrace_state* const known = ::backtrace_create_state(nullptr, 0, ignore, nullptr);
  symbol found;
  if (known == nullptr) return found;
  ::backtrace_pcinfo(known, address, take_line, ignore, &found);
  if (found.function.empty()) ::backtrace_syminfo(known, address, take_name, ignore, &found);
  return found;
}

std::string text_of(void* frame) {
  const auto address = reinterpret_cast<std::uintptr_t>(frame) - 1; // within the call
  symbol found = symbol_of(address);
  Dl_info library{};
  std::uintptr_t start = 0;
  if (::dladdr(frame, &library) != 0 && library.dli_fname != nullptr) {
    start = reinterpret_cast<std::uintptr_t>(library.dli_fbase);
    if (found.place.empty()) {
      const std::string_view path(library.dli_fname);
      found.place = path.substr(path.rfind('/') + 1);
    }
  }
  if (found.function.empty()) {
    char offset[32];
    std::snprintf(offset, sizeof offset, "0x%zx", static_cast<std::size_t>(address - start));
    found.function = offset;
  }
  return found.place.empty() ? found.function : found.function + " (" + found.place + ")";
}

std::string names_here(const std::vector<void*>& stack) {
  std::string text;
  std::size_t shown = 0;
  for (void* const frame : stack) {
    if (shown == most_shown) break;
    const std::string one = text_of(frame);
    if (one.find("thread_stack.cpp") != std::string::npos) continue;
    if (one.find("(anonymous namespace)::answer(") != std::string::npos) continue;
    if (one.find("__restore_rt") != std::string::npos) {
      text.clear(); // up to here it is the signal's
      shown = 0;
      continue;
    }
    if (one.starts_with("tempest::worker::")) break; // from here on it is ours
    text += (text.empty() ? "" : " < ") + one;
    ++shown;
  }
  return text;
}

} // namespace

void prepare_thread_stacks() {
  static const bool once = [] {
    void* warm[1];
    static_cast<void>(::backtrace(warm, 1)); // the first call loads libgcc_s
    struct sigaction before {};
    if (::sigaction(our_signal(), nullptr, &before) != 0) return false;
    if (before.sa_handler != SIG_DFL) return false; // somebody else's
    struct sigaction action {};
    action.sa_sigaction = answer;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    sigfillset(&action.sa_mask);
    return ::sigaction(our_signal(), &action, nullptr) == 0;
  }();
  prepared.store(once);
}

std::vector<void*> stack_of(pthread_t thread) {
  if (!prepared.load() || !ask(thread)) return {};
  std::vector<void*> found(frames, frames + frame_count);
  now.store(state::idle);
  return found;
}

std::string names_of_stack(const std::vector<void*>& stack) {
  return in_a_fork([&] { return names_here(stack); }, most_patience_for_names);
}

} // namespace tempest::base
