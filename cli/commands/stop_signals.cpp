#include "cli/commands/stop_signals.hpp"

#include <unistd.h>

#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

// A signal handler reaches only what is static; an atomic counter is safe there.
service::stop_request requested;

void count_request(int /*signal*/) {
  if (requested.count.fetch_add(1) < 2) return;
  ::_exit(static_cast<int>(base::exit_code::abandoned)); // no lock, no buffer, nobody to wait for
}

} // namespace

stop_signals::stop_signals() {
  requested.count.store(0);
  struct sigaction action {};
  action.sa_handler = count_request;
  action.sa_flags = SA_RESTART; // system calls of plugins go on
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &before_int_);
  ::sigaction(SIGTERM, &action, &before_term_);
}

stop_signals::~stop_signals() {
  ::sigaction(SIGINT, &before_int_, nullptr);
  ::sigaction(SIGTERM, &before_term_, nullptr);
}

service::stop_request& stop_signals::request() {
  return requested;
}

} // namespace tempest::cli
