#include "plugins/file/state_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "plugins/file/path_pattern.hpp"

namespace file_lines {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& path, int code) {
  throw std::runtime_error(what + " '" + path + "': " + std::generic_category().message(code));
}

// Closed at the end of its scope.
class handle {
 public:
  explicit handle(int fd) : fd_(fd) {}
  ~handle() {
    if (fd_ >= 0) ::close(fd_);
  }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// Gives up the descriptor that is kept until the end of its scope.
class lent_descriptor {
 public:
  lent_descriptor(int& spare, int file) : spare_(spare), file_(file) {
    if (spare_ >= 0) ::close(spare_);
  }
  ~lent_descriptor() { spare_ = ::fcntl(file_, F_DUPFD_CLOEXEC, 0); }
  lent_descriptor(const lent_descriptor&) = delete;
  lent_descriptor& operator=(const lent_descriptor&) = delete;

 private:
  int& spare_;
  int file_;
};

// A link stays one, also where nothing is yet at its end.
std::string where_leads_to(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr int most_links = 40; // as of the system
  std::error_code none;
  fs::path at = path;
  for (int i = 0; i < most_links && fs::is_symlink(at, none); ++i) {
    at = at.parent_path() / fs::read_symlink(at, none); // an absolute one stays what it is
  }
  const fs::path found = fs::weakly_canonical(at, none);
  return none ? path : found.string();
}

void write_whole(int fd, std::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    const ssize_t step = ::write(fd, rest.data(), rest.size());
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) refuse("cannot write the state", path, errno);
    rest.remove_prefix(static_cast<std::size_t>(step));
  }
  if (::fsync(fd) != 0) refuse("cannot write the state", path, errno);
}

// Whoever holds a lock has written his number into it.
std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  const std::string_view number(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const std::string digits(number.substr(0, number.find('\n')));
  return digits.empty() ? "another process" : "process " + digits;
}

} // namespace

state_file::state_file(const std::string& path) : path_(where_leads_to(path)) {
  std::error_code made;
  std::filesystem::create_directories(folder_of(path_), made);
  if (made) refuse("cannot make the folder of the state", path_, made.value());
  lock();
  spare_ = ::fcntl(lock_, F_DUPFD_CLOEXEC, 0);
}

state_file::~state_file() {
  if (spare_ >= 0) ::close(spare_);
  if (lock_ >= 0) ::close(lock_);
}

void state_file::lock() {
  const std::string path = path_ + ".lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) refuse("cannot lock the state with", path, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int code = errno;
    const std::string holder = holder_of(lock_);
    ::close(lock_);
    lock_ = -1;
    if (code != EWOULDBLOCK) refuse("cannot lock the state with", path, code);
    throw std::runtime_error("the state '" + path_ + "' is in use by " + holder +
                             ": end that one first, or give this source a state of its own");
  }
  const std::string own = std::to_string(::getpid()) + "\n";
  // Only for people: without room on the disk the lock is as good.
  if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, own.data(), own.size(), 0) < 0) return;
}

std::optional<std::string> state_file::read() const {
  const handle file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0 && errno == ENOENT) return std::nullopt;
  if (file.fd() < 0) refuse("cannot read the state", path_, errno);
  std::string text;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t got = ::read(file.fd(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse("cannot read the state", path_, errno);
    if (got == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
}

void state_file::write(std::string_view text) const {
  const lent_descriptor lent(spare_, lock_);
  const std::string fresh = path_ + ".new";
  {
    const handle file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.fd() < 0) refuse("cannot write the state", fresh, errno);
    write_whole(file.fd(), text, fresh);
  }
  if (::rename(fresh.c_str(), path_.c_str()) != 0) refuse("cannot replace the state", path_, errno);
  const handle folder(::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() >= 0 && ::fsync(folder.fd()) != 0) {
    refuse("cannot write the folder of the state", path_, errno);
  }
}

} // namespace file_lines
