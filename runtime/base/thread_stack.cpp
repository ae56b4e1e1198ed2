#include "runtime/base/thread_stack.hpp"

#include <execinfo.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

namespace tempest::base {
namespace {

constexpr int most_frames = 64;
constexpr auto patience = std::chrono::milliseconds(100);

// One question at a time. A late answer must not write where the next one is expected, so whoever
// answers first moves the state on, and an answer that nobody waits for finds it changed.
enum class state : int { idle, asked, answering, answered };
std::atomic<state> now{state::idle};
std::atomic<pthread_t> whom{};
void* frames[most_frames];
int frame_count = 0;
void* interrupted = nullptr;
std::atomic<bool> prepared{false};

int our_signal() {
  return SIGRTMAX - 3;
}

void* place_of(const void* context) {
  const mcontext_t& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return std::bit_cast<void*>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return std::bit_cast<void*>(machine.pc);
#else
#error "where this processor's mcontext_t keeps the interrupted instruction is not known"
#endif
}

// In the thread that is asked. backtrace() takes no lock and no memory once it is warm.
void answer(int, siginfo_t*, void* context) {
  const int kept = errno;
  state expected = state::asked;
  if (pthread_equal(whom.load(), pthread_self()) != 0 &&
      now.compare_exchange_strong(expected, state::answering)) {
    frame_count = ::backtrace(frames, most_frames);
    interrupted = place_of(context);
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

// Without what belongs to the signal. A return address is the first after its call.
stack calls_in_frames() {
  void** const end = frames + frame_count;
  void** at = std::find(frames, end, interrupted);
  if (at == end) at = frames; // a sanitizer held the signal back to a place of its own
  stack found;
  for (; at != end; ++at) {
    found.push_back(*at == interrupted ? *at : static_cast<char*>(*at) - 1);
  }
  return found;
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

stack stack_of(pthread_t thread) {
  if (!prepared.load() || !ask(thread)) return {};
  stack found = calls_in_frames();
  now.store(state::idle);
  return found;
}

} // namespace tempest::base
