#include "cli/commands/end_signals.hpp"

namespace tempest::cli {
namespace {

// A signal handler reaches only what is static; an atomic number is safe there.
std::atomic<int> last{0};

void note(int signal) {
  last.store(signal);
}

} // namespace

end_signals::end_signals() {
  last.store(0);
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < heard.size(); ++i) {
    ::sigaction(heard[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(heard[i], &action, nullptr);
  }
}

end_signals::~end_signals() {
  for (std::size_t i = 0; i < heard.size(); ++i) ::sigaction(heard[i], &before_[i], nullptr);
}

const std::atomic<int>& end_signals::came() const {
  return last;
}

int end_by(int signal) {
  constexpr int of_signals = 128;
  std::signal(signal, SIG_DFL);
  static_cast<void>(std::raise(signal));
  return of_signals + signal;
}

} // namespace tempest::cli
