#include "plugins/file/line_reader.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace file_lines {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} << 10;
const std::string standard_input = "-";

void check(const std::string& path) {
  if (path == standard_input) {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (::poll(&in, 1, 0) > 0 && (in.revents & POLLNVAL) != 0) {
      throw unreadable(path, "standard input is closed");
    }
    return;
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) throw unreadable(path, std::strerror(errno));
  if (S_ISDIR(found.st_mode)) throw unreadable(path, "it is a folder");
  if (::access(path.c_str(), R_OK) != 0) throw unreadable(path, std::strerror(errno));
}

} // namespace

unreadable::unreadable(const std::string& path, const std::string& why)
    : std::runtime_error("cannot read '" + path + "': " + why) {}

line_reader::line_reader(std::vector<std::string> paths, line_rules rules)
    : paths_(std::move(paths)), rules_(rules) {
  for (const std::string& path : paths_) check(path);
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make an eventfd");
}

line_reader::~line_reader() {
  close_current();
  ::close(wake_);
}

bool line_reader::peek(line& made) {
  const char* const data = buffer_.data();
  std::size_t length = 0;
  if (const void* const at =
          end_ > scanned_ ? std::memchr(data + scanned_, '\n', end_ - scanned_) : nullptr) {
    const auto line_end = static_cast<std::size_t>(static_cast<const char*>(at) - data);
    scanned_ = line_end; // found again until pop()
    length = line_end - begin_;
    popped_ = line_end + 1;
  } else {
    scanned_ = end_;
    if (!at_eof_ || begin_ == end_) return false;
    length = end_ - begin_; // the last line has no end
    popped_ = end_;
  }
  const std::size_t kept = std::min(length, rules_.max_line_bytes);
  made.dropped_bytes = dropped_ + (length - kept);
  made.text = {data + begin_, kept};
  if (!rules_.keep_cr && made.dropped_bytes == 0 && made.text.ends_with('\r')) {
    made.text.remove_suffix(1);
  }
  made.number = number_ + 1;
  return true;
}

void line_reader::pop() {
  begin_ = scanned_ = popped_;
  dropped_ = 0;
  ++number_;
}

fill_result line_reader::fill(steady::time_point deadline) {
  if (file_ == paths_.size()) return fill_result::end;
  if (at_eof_) {
    close_current();
    if (++file_ == paths_.size()) return fill_result::end;
  }
  if (fd_ < 0) open_current();
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  forget_what_is_too_long();
  if (!is_regular_ && !wait_readable(fd_, deadline)) return fill_result::nothing;
  if (buffer_.size() < end_ + read_bytes) buffer_.resize(end_ + read_bytes);
  for (;;) {
    const ssize_t got = ::read(fd_, buffer_.data() + end_, read_bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return fill_result::nothing;
    if (got < 0) throw unreadable(path(), std::strerror(errno));
    if (got == 0) at_eof_ = true;
    end_ += static_cast<std::size_t>(got);
    return fill_result::data;
  }
}

// Keeps memory bounded whatever the file holds.
void line_reader::forget_what_is_too_long() {
  if (end_ <= rules_.max_line_bytes) return;
  dropped_ += end_ - rules_.max_line_bytes;
  end_ = scanned_ = rules_.max_line_bytes;
}

void line_reader::open_current() {
  if (path() == standard_input) {
    fd_ = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  } else {
    // Not blocking: a named pipe without a writer is waited for where it can be interrupted.
    fd_ = ::open(path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  }
  if (fd_ < 0) throw unreadable(path(), std::strerror(errno));
  struct stat found {};
  is_regular_ = ::fstat(fd_, &found) == 0 && S_ISREG(found.st_mode);
  number_ = dropped_ = 0;
  begin_ = scanned_ = end_ = 0;
}

void line_reader::close_current() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  at_eof_ = false; // of the file that comes next, even when that cannot be opened yet
}

bool line_reader::wait_readable(int fd, steady::time_point deadline) {
  pollfd fds[2] = {{wake_, POLLIN, 0}, {fd, POLLIN, 0}};
  for (;;) {
    const auto left = std::max(deadline - steady::now(), steady::duration::zero());
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const auto wait_ms = static_cast<int>(std::min<std::int64_t>(left_ms, 3'600'000));
    const int ready = ::poll(fds, fd < 0 ? 1 : 2, wait_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || interrupted()) return false;
    if (fd >= 0 && fds[1].revents != 0) return true;
  }
}

bool line_reader::interrupted() {
  std::uint64_t count = 0;
  return ::read(wake_, &count, sizeof count) == sizeof count;
}

bool line_reader::is_called_off(steady::time_point deadline) {
  return interrupted() || steady::now() >= deadline;
}

void line_reader::wait(steady::time_point deadline) {
  (void)wait_readable(-1, deadline);
}

void line_reader::interrupt() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full: then it is raised already.
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

} // namespace file_lines
