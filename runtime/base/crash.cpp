#include "runtime/base/crash.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "runtime/base/error.hpp"

namespace tempest::base {
namespace {

constexpr std::size_t stack_bytes = std::size_t{64} * 1024;
constexpr int reported[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t id_limit = 80;

// Not made on first use: the handler reads them.
#define TEMPEST_SIGNAL_SAFE __attribute__((tls_model("initial-exec"))) constinit thread_local
TEMPEST_SIGNAL_SAFE const char* subject = nullptr;
TEMPEST_SIGNAL_SAFE const tempest_batch* batch = nullptr;

struct sigaction earlier[NSIG];

// strsignal() allocates; a handler must not.
const char* word_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "Segmentation fault";
    case SIGBUS:
      return "Bus error";
    case SIGFPE:
      return "Floating point exception";
    case SIGILL:
      return "Illegal instruction";
    default:
      return "Aborted";
  }
}

// One line, written at once, without allocation; what does not fit is cut.
class crash_line {
 public:
  void add(std::string_view text) noexcept {
    for (const char c : text) {
      if (length_ == sizeof text_ - 1) return;
      const bool shown = static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
      text_[length_++] = shown ? c : '?';
    }
  }
  void write_out() noexcept {
    text_[length_++] = '\n';
    const ssize_t written = ::write(STDERR_FILENO, text_, length_);
    static_cast<void>(written); // there is nobody left to tell
  }

 private:
  char text_[2048]{};
  std::size_t length_ = 0;
};

// Ids are anybody's bytes; what a plugin made of `current` may be nonsense.
void add_message_in_hand(crash_line& line) noexcept {
  const std::uint32_t index = __atomic_load_n(&batch->current, __ATOMIC_RELAXED);
  if (index >= batch->count) return;
  const auto* bytes = reinterpret_cast<const char*>(batch->deliveries);
  const auto& one =
      *reinterpret_cast<const tempest_delivery*>(bytes + std::size_t{index} * batch->delivery_size);
  line.add(" while it handled message '");
  if (one.id.data != nullptr) line.add({one.id.data, std::min(one.id.length, id_limit)});
  line.add("'");
}

// A fault comes again when this returns, and meets whoever was there before; what was sent is sent
// again.
void report(int signal, siginfo_t* about, void*) {
  ::sigaction(signal, &earlier[signal], nullptr);
  crash_line line;
  line.add("error: ");
  line.add(subject != nullptr ? subject : "Tempest");
  line.add(" crashed (");
  line.add(word_of(signal));
  line.add(")");
  if (batch != nullptr) add_message_in_hand(line);
  line.write_out();
  if (about->si_code <= 0) ::raise(signal);
}

// On a thread that runs a plugin: all else is in the middle of its work, and nobody is told why.
void report_exit() {
  if (subject == nullptr) return;
  crash_line line;
  line.add("error: ");
  line.add(subject);
  line.add(" ended the process with exit()");
  if (batch != nullptr) add_message_in_hand(line);
  line.write_out();
  ::_exit(static_cast<int>(exit_code::internal));
}

} // namespace

void report_crashes() {
  static const bool once = [] {
    struct sigaction action {};
    action.sa_sigaction = report;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    for (const int signal : reported) ::sigaction(signal, &action, &earlier[signal]);
    return std::atexit(report_exit) == 0 && std::at_quick_exit(report_exit) == 0;
  }();
  static_cast<void>(once);
}

crash_subject::crash_subject(std::string text)
    : text_(std::move(text)), stack_(std::make_unique<char[]>(stack_bytes)) {
  subject = text_.c_str();
  stack_t alternate{};
  alternate.ss_sp = stack_.get();
  alternate.ss_size = stack_bytes;
  ::sigaltstack(&alternate, nullptr);
}

crash_subject::~crash_subject() {
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  subject = nullptr;
  batch = nullptr;
}

void crash_batch(const tempest_batch* in_hand) noexcept {
  batch = in_hand;
}

} // namespace tempest::base
