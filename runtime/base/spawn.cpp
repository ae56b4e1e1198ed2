#include "runtime/base/spawn.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace tempest::base {

spawn_plan::spawn_plan() {
  posix_spawn_file_actions_init(&actions_);
  posix_spawnattr_init(&attributes_);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes_, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes_, &signals);
}

spawn_plan::~spawn_plan() {
  posix_spawnattr_destroy(&attributes_);
  posix_spawn_file_actions_destroy(&actions_);
}

void spawn_plan::open(int as, const std::string& file, int flags) {
  const char* const name = file.empty() ? "/dev/null" : file.c_str();
  posix_spawn_file_actions_addopen(&actions_, as, name, flags, 0600);
}

void spawn_plan::pass(int from, int as) {
  posix_spawn_file_actions_adddup2(&actions_, from, as);
}

void spawn_plan::close_from(int first) {
  posix_spawn_file_actions_addclosefrom_np(&actions_, first);
}

void spawn_plan::lead_group() {
  posix_spawnattr_setpgroup(&attributes_, 0);
  flags_ |= POSIX_SPAWN_SETPGROUP;
}

int spawn_plan::start(pid_t& pid, const std::vector<std::string>& words) {
  posix_spawnattr_setflags(&attributes_, flags_);
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& one : words) pointers.push_back(const_cast<char*>(one.c_str()));
  pointers.push_back(nullptr);
  return posix_spawn(&pid, pointers[0], &actions_, &attributes_, pointers.data(), environ);
}

bool has_ended(pid_t pid, int options, int& status) {
  status = 0;
  pid_t answer = 0;
  do {
    answer = waitpid(pid, &status, options);
  } while (answer < 0 && errno == EINTR);
  return answer != 0;
}

} // namespace tempest::base
