// SIGINT, SIGTERM and SIGHUP as a request to end and to leave nothing behind, while this lives.
#pragma once

#include <array>
#include <atomic>
#include <csignal>

namespace tempest::cli {

// At most one at a time. A signal that was ignored stays so, as `nohup` and a shell's `&` want it.
class end_signals {
 public:
  end_signals();
  ~end_signals();
  end_signals(const end_signals&) = delete;
  end_signals& operator=(const end_signals&) = delete;
  // The number of the last one that came; 0 until then.
  [[nodiscard]] const std::atomic<int>& came() const;

 private:
  static constexpr std::array heard{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, heard.size()> before_{};
};

// Ends this process by that signal, so that whoever started it sees it. Returns its exit code where
// that is not to be, with the signal blocked.
int end_by(int signal);

} // namespace tempest::cli
