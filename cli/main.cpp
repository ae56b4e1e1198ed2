#include <csignal>

#include "cli/command_line.hpp"
#include "cli/output/standard_streams.hpp"

int main(int argc, char** argv) {
  tempest::cli::reserve_standard_streams();
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of that write, not the end
  std::signal(SIGXFSZ, SIG_IGN); // as is a file that may not grow
  std::signal(SIGCHLD, SIG_DFL); // ignored by who started us, nobody would hear how a child ended
  return tempest::cli::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc});
}
