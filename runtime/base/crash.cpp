#include "runtime/base/crash.hpp"

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

namespace tempest::base {
namespace {

constexpr std::size_t stack_bytes = 64 * 1024;
constexpr int reported[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

thread_local const char* subject = nullptr;

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

void put(const char* text) {
  const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(written); // there is nobody left to tell
}

void report(int signal) {
  put("error: ");
  put(subject != nullptr ? subject : "Tempest");
  put(" crashed (");
  put(word_of(signal));
  put(")\n");
  std::signal(signal, SIG_DFL);
  ::raise(signal); // once the handler returns: the end, a core file and the exit status as ever
}

} // namespace

void report_crashes() {
  struct sigaction action {};
  action.sa_handler = report;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : reported) ::sigaction(signal, &action, nullptr);
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
}

} // namespace tempest::base
