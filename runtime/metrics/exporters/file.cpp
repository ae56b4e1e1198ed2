#include "runtime/metrics/exporters/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/metrics/exporters/json_lines.hpp"

namespace tempest::metrics {
namespace {

namespace fs = std::filesystem;

std::string text_of_errno() {
  return std::generic_category().message(errno);
}

// An open file, or none.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() { reset(); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  void reset() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class file_exporter final : public exporter {
 public:
  explicit file_exporter(file_export settings) : settings_(std::move(settings)) {}

  [[nodiscard]] std::string where() const override { return "file " + settings_.path; }

  void flush(const families& now, std::int64_t time_ms, const patience& /*within*/) override {
    const std::string text = json_lines(now, time_ms, settings_.instance, settings_.prefix);
    if (!is_in_place()) open();
    if (size_ > 0 && size_ + text.size() > settings_.max_file_bytes) rotate();
    write(text);
  }

 private:
  // Somebody may have moved or removed it.
  [[nodiscard]] bool is_in_place() const {
    if (!file_.is_open()) return false;
    struct stat here {};
    struct stat there {};
    return ::fstat(file_.get(), &here) == 0 && ::stat(settings_.path.c_str(), &there) == 0 &&
           here.st_dev == there.st_dev && here.st_ino == there.st_ino;
  }

  void open() {
    file_.reset();
    std::error_code made;
    fs::create_directories(fs::path(settings_.path).parent_path(), made);
    if (made) refuse(made.message());
    // What is no plain file might never open: a pipe without a reader.
    descriptor opened(
        ::open(settings_.path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644));
    if (!opened.is_open()) refuse(text_of_errno());
    struct stat is {};
    if (::fstat(opened.get(), &is) != 0) refuse(text_of_errno());
    if (!S_ISREG(is.st_mode)) refuse("it is no regular file");
    if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) refuse(text_of_errno());
      refuse("another process writes it; with {instance} in its path each has a file of its own");
    }
    size_ = static_cast<std::uint64_t>(is.st_size);
    if (settings_.clobber && !std::exchange(begun_, true)) cut(opened.get(), 0);
    end_last_line(opened.get());
    file_ = std::move(opened);
  }

  void cut(int fd, std::uint64_t size) {
    if (::ftruncate(fd, static_cast<off_t>(size)) != 0) refuse(text_of_errno());
    size_ = size;
  }

  // A process that died in the middle of a line left it so.
  void end_last_line(int fd) {
    if (size_ == 0) return;
    char last = '\n';
    if (::pread(fd, &last, 1, static_cast<off_t>(size_ - 1)) != 1) refuse(text_of_errno());
    if (last == '\n') return;
    if (::write(fd, "\n", 1) != 1) refuse(text_of_errno());
    ++size_;
  }

  // PATH.3 goes where there may be three, PATH.1 becomes PATH.2, PATH becomes PATH.1.
  void rotate() {
    for (std::uint32_t number = settings_.max_files - 1; number > 0; --number) {
      const std::string from =
          number == 1 ? settings_.path : fmt::format("{}.{}", settings_.path, number - 1);
      const std::string to = fmt::format("{}.{}", settings_.path, number);
      if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) refuse(text_of_errno());
    }
    if (settings_.max_files == 1) return cut(file_.get(), 0);
    open();
  }

  // All of it, or nothing: half a line is of no use to anybody.
  void write(std::string_view text) {
    const std::uint64_t before = size_;
    while (!text.empty()) {
      const ssize_t written = ::write(file_.get(), text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        const int why = errno;
        if (size_ > before) cut(file_.get(), before);
        refuse(std::generic_category().message(why));
      }
      text.remove_prefix(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    }
  }

  const file_export settings_;
  descriptor file_;
  std::uint64_t size_ = 0;
  bool begun_ = false; // it was emptied once
};

} // namespace

std::unique_ptr<exporter> make_file_exporter(file_export settings) {
  return std::make_unique<file_exporter>(std::move(settings));
}

} // namespace tempest::metrics
