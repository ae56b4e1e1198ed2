#include "runtime/conformance/command_guard.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/base/error.hpp"
#include "runtime/conformance/channel.hpp"

namespace tempest::conformance {
namespace {

static_assert(channel_descriptor == 3); // as the script has it
// A line dismisses the one that waits. The command's own shell knows nothing of it.
constexpr const char* script =
    "({ read -r line || kill -KILL 0; } <&3 >/dev/null 2>&1 &)\n"
    "exec 3<&-\n"
    "exec /bin/sh -c \"$1\"";

} // namespace

command_guard::command_guard() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw base::failure(base::exit_code::unavailable, "there is no socket to be had");
  }
  ours_ = ends[0];
  // Not the number that it gets there: copying it onto itself would close it.
  theirs_ = ::fcntl(ends[1], F_DUPFD_CLOEXEC, channel_descriptor + 1);
  ::close(ends[1]);
}

command_guard::~command_guard() {
  started();
  ::close(ours_);
}

std::vector<std::string> command_guard::words(const std::string& command) const {
  return {"/bin/sh", "-c", script, "sh", command};
}

void command_guard::started() {
  if (theirs_ >= 0) ::close(theirs_);
  theirs_ = -1;
}

void command_guard::dismiss() const {
  static_cast<void>(::send(ours_, "\n", 1, MSG_NOSIGNAL));
}

} // namespace tempest::conformance
