#include "plugins/file/line_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "plugins/file/byte_hash.hpp"
#include "plugins/file/erased_mark.hpp"
#include "plugins/file/file_lock.hpp"

namespace file_lines {
namespace {

constexpr std::size_t block_bytes = std::size_t{64} << 10;

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error(what + " '" + path + "': " + std::strerror(errno));
}

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// A regular file, or -1 when there is none.
int open_regular(const std::string& path, int flags) {
  descriptor opened(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK));
  if (opened.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return -1;
    fail("cannot read", path);
  }
  struct stat found {};
  if (::fstat(opened.get(), &found) != 0) fail("cannot read", path);
  if (!S_ISREG(found.st_mode)) {
    throw std::runtime_error("'" + path +
                             "' is no regular file: what was written to it cannot be read back");
  }
  return opened.release();
}

// Calls visit(line, whether it has its end) for each line of [from, to), until it returns false.
template <typename Visit>
void each_line(int fd, const std::string& path, off_t from, off_t to, Visit visit) {
  std::string line;
  std::vector<char> block(block_bytes);
  while (from < to) {
    const auto wanted = std::min<off_t>(to - from, block_bytes);
    const ssize_t got = ::pread(fd, block.data(), static_cast<std::size_t>(wanted), from);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read", path);
    if (got == 0) break; // it was cut meanwhile
    from += got;
    std::string_view rest(block.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
      line.append(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      if (!visit(std::as_const(line), true)) return;
      line.clear();
    }
    line.append(rest);
  }
  if (!line.empty()) visit(std::as_const(line), false);
}

void write_all(int fd, const std::string& path, std::string& pending) {
  std::string_view rest = pending;
  while (!rest.empty()) {
    const ssize_t step = ::write(fd, rest.data(), rest.size());
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) fail("cannot write", path);
    rest.remove_prefix(static_cast<std::size_t>(step));
  }
  pending.clear();
}

// The file at `path`, locked by nobody yet, such that it is still there once it is locked.
struct locked_file {
  std::unique_ptr<descriptor> file; // nothing: there is none
  std::unique_ptr<file_lock> lock;
};

locked_file lock_current(const std::string& path) {
  for (;;) {
    auto file = std::make_unique<descriptor>(open_regular(path, O_RDWR));
    if (file->get() < 0) return {};
    auto lock = std::make_unique<file_lock>(file->get(), LOCK_EX);
    if (is_at(file->get(), path)) return {std::move(file), std::move(lock)};
  }
}

void take_over_rights(int from, int to, const std::string& path) {
  struct stat of {};
  struct stat made {};
  if (::fstat(from, &of) != 0 || ::fstat(to, &made) != 0) fail("cannot read", path);
  const bool other = of.st_uid != made.st_uid || of.st_gid != made.st_gid;
  if (other && ::fchown(to, of.st_uid, of.st_gid) != 0) {
    fail("cannot keep the owner, and would shut out who writes to", path);
  }
  if (::fchmod(to, of.st_mode & 07777) != 0) fail("cannot keep the rights of", path);
}

void sync_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const descriptor opened(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) ::fsync(opened.get());
}

// Copies what is neither erased nor among `ids`; how many of those there were.
std::size_t copy_others(int from, int to, const std::string& path,
                        const std::set<std::string_view>& ids) {
  struct stat found {};
  if (::fstat(from, &found) != 0) fail("cannot read", path);
  std::size_t left_out = 0;
  std::string pending;
  each_line(from, path, 0, found.st_size, [&](const std::string& line, bool ended) {
    if (is_erased(line)) return true;
    if (!ids.empty() && ids.count(line_id(line)) > 0) {
      ++left_out;
      return true;
    }
    pending += line;
    if (ended) pending += '\n';
    if (pending.size() >= block_bytes) write_all(to, path, pending);
    return true;
  });
  write_all(to, path, pending);
  return left_out;
}

// Replaces the locked file by one without these and without what is erased; without any of these it
// stays, unless none were asked for. How many there were.
std::size_t write_anew(const descriptor& current, const std::string& path,
                       const std::set<std::string_view>& ids) {
  const std::string part = path + ".erasing"; // whoever holds the lock is alone with it
  const descriptor made(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (made.get() < 0) fail("cannot write", part);
  try {
    const std::size_t left_out = copy_others(current.get(), made.get(), part, ids);
    if (left_out == 0 && !ids.empty()) {
      ::unlink(part.c_str());
      return 0;
    }
    take_over_rights(current.get(), made.get(), path);
    if (::fsync(made.get()) != 0) fail("cannot write", part);
    if (::rename(part.c_str(), path.c_str()) != 0) fail("cannot replace", path);
    sync_folder_of(path);
    return left_out;
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
}

// Where links lead to, so that they stay links; empty: there is no such file.
std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real != nullptr) return real.get();
  if (errno != ENOENT && errno != ENOTDIR) fail("cannot read", path);
  return {};
}

// Marks lines of [from, to) and takes their ids out of `ids`; how many there were.
std::size_t mark_lines(int fd, const std::string& path, off_t from, off_t to,
                       std::set<std::string_view>& ids) {
  std::set<std::string> marked; // the same line may stand there twice
  std::size_t count = 0;
  each_line(fd, path, from, to, [&](const std::string& line, bool ended) {
    const off_t begin =
        std::exchange(from, from + static_cast<off_t>(line.size()) + (ended ? 1 : 0));
    if (!can_be_marked(line)) return true;
    std::string id = line_id(line);
    if (ids.count(id) == 0) return true;
    if (::pwrite(fd, &erased_begin[mark_offset], 1, begin + mark_offset) != 1) {
      fail("cannot write", path);
    }
    ++count;
    marked.insert(std::move(id));
    return true;
  });
  if (count > 0 && ::fdatasync(fd) != 0) fail("cannot write", path);
  for (const std::string& id : marked) ids.erase(id);
  return count;
}

} // namespace

std::string line_id(std::string_view text) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash_of(text)));
  return digits;
}

line_store::line_store(std::string path) : path_(std::move(path)) {}

line_store::~line_store() {
  close();
}

void line_store::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  end_ = shown_from_ = shown_to_ = 0;
}

void line_store::begin() {
  close();
  fd_ = open_regular(path_, O_RDONLY);
  if (fd_ < 0) return;
  const file_lock nobody_writes(fd_, LOCK_SH); // so that the last line is whole, or its writer dead
  struct stat found {};
  if (::fstat(fd_, &found) != 0) fail("cannot read", path_);
  end_ = found.st_size;
}

std::vector<stored_line> line_store::read(off_t& offset, std::size_t most, std::size_t bytes) {
  std::vector<stored_line> made;
  std::size_t taken = 0;
  if (fd_ < 0) return made;
  off_t at = offset;
  each_line(fd_, path_, offset, end_, [&](const std::string& line, bool ended) {
    const bool shown = !is_erased(line);
    if (shown && !made.empty() && taken + line.size() > bytes) return false;
    at += static_cast<off_t>(line.size()) + (ended ? 1 : 0);
    if (!shown) return true;
    taken += line.size();
    made.push_back({line_id(line), line});
    return made.size() < most;
  });
  shown_from_ = offset;
  offset = shown_to_ = made.empty() ? end_ : at;
  return made;
}

std::size_t line_store::erase(const std::set<std::string_view>& ids) {
  const std::string path = real_path(path_);
  if (path.empty()) return 0;
  const locked_file current = lock_current(path);
  if (current.file == nullptr) return 0;
  std::set<std::string_view> others = ids;
  std::size_t erased = 0;
  if (fd_ >= 0 && is_at(fd_, path)) {
    const bool before = std::exchange(has_marked_, true); // it may break off in the middle
    erased = mark_lines(current.file->get(), path, shown_from_, shown_to_, others);
    has_marked_ = before || erased > 0;
  }
  if (others.empty()) return erased;
  return erased + write_anew(*current.file, path, others);
}

void line_store::compact() {
  if (!std::exchange(has_marked_, false)) return;
  const std::string path = real_path(path_);
  if (path.empty()) return;
  const locked_file current = lock_current(path);
  if (current.file != nullptr) write_anew(*current.file, path, {});
}

} // namespace file_lines
