// Starts another program and sees its end.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace tempest::base {

// How it is started: with no signal blocked or ignored, and by posix_spawn, which takes no lock of
// malloc and calls nothing that a library registered for forks. What is asked of its descriptors is
// done in this order.
class spawn_plan {
 public:
  spawn_plan();
  ~spawn_plan();
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  // Its descriptor `as` is that file, "/dev/null" when none is named; one that is made is its
  // owner's alone.
  void open(int as, const std::string& file, int flags);
  // Its descriptor `as` is ours called `from`.
  void pass(int from, int as);
  // Nothing of ours is open in it from this number on.
  void close_from(int first);
  // It leads a process group of its own.
  void lead_group();
  // `words`: program and arguments. 0 and the process, or why there is none as of errno.
  [[nodiscard]] int start(pid_t& pid, const std::vector<std::string>& words);

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  short flags_ = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
};

// Whether our child `pid` has ended, with `options` of waitpid; sees that only once. `status` is as
// of waitpid, or 0 where nobody can say any more: other code of this process has waited for it, or
// SIGCHLD is ignored.
[[nodiscard]] bool has_ended(pid_t pid, int options, int& status);

} // namespace tempest::base
