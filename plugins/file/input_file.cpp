#include "plugins/file/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "plugins/file/byte_hash.hpp"
#include "plugins/file/open_limit.hpp"

namespace file_lines {
namespace {

constexpr std::size_t load_bytes = std::size_t{64} << 10;
constexpr char first_of_gzip = '\x1f';

ssize_t read_again(int fd, void* into, std::size_t most) {
  for (;;) {
    const ssize_t got = ::read(fd, into, most);
    if (got >= 0 || errno != EINTR) return got;
  }
}

} // namespace

unreadable::unreadable(const std::string& path, const std::string& why)
    : std::runtime_error("cannot read '" + path + "': " + why) {}

fingerprint print_of(int fd, std::uint64_t bytes) {
  std::array<char, fingerprint::most_bytes> head{};
  const std::size_t wanted = std::min<std::uint64_t>(bytes, head.size());
  std::size_t have = 0;
  while (have < wanted) {
    const ssize_t got = ::pread(fd, head.data() + have, wanted - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  return {have, hash_of({head.data(), have})};
}

void input_file::open(const std::string& path, bool may_grow) {
  close();
  path_ = path;
  may_grow_ = may_grow;
  if (path == "-") {
    fd_ = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  } else {
    // Not blocking: a named pipe without a writer is waited for where it can be interrupted.
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  }
  if (fd_ < 0 && errno == EMFILE) throw too_many_open(path);
  if (fd_ < 0) refuse(std::strerror(errno));
  struct stat found {};
  const bool known = ::fstat(fd_, &found) == 0;
  is_regular_ = known && S_ISREG(found.st_mode);
  id_ = {found.st_dev, found.st_ino};
}

void input_file::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  form_ = form::unknown;
  taken_ = position_ = skip_ = 0;
  loaded_begin_ = loaded_end_ = 0;
  gunzip_.reset();
  loaded_ = {};
}

std::uint64_t input_file::size() const {
  struct stat found {};
  return ::fstat(fd_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

void input_file::begin_at(std::uint64_t offset) {
  if (offset == position_) return;
  if (!learn_form()) refuse("it has become shorter than what was read of it before");
  if (form_ == form::gzip && offset > position_) {
    skip_ += offset - position_;
    position_ = offset;
    return;
  }
  loaded_begin_ = loaded_end_ = 0;
  position_ = offset;
  if (form_ == form::gzip) {
    gunzip_->restart();
    skip_ = offset;
    taken_ = 0;
  } else {
    taken_ = offset;
  }
  if (::lseek(fd_, static_cast<off_t>(taken_), SEEK_SET) < 0) refuse(std::strerror(errno));
}

read_result input_file::read(std::span<char> into) {
  const read_result result = read_on(into);
  position_ += result.made;
  return result;
}

read_result input_file::read_on(std::span<char> into) {
  if (!learn_form()) {
    if (is_regular_) return {read_status::end, 0};
    const read_status found = load();
    if (found == read_status::end && loaded_end_ > 0)
      form_ = form::plain; // one byte, and that is all
    if (!learn_form()) return {found, 0};
  }
  return form_ == form::gzip ? unpack(into) : read_plain(into);
}

// False: too little of it is there to tell.
bool input_file::learn_form() {
  if (form_ != form::unknown) return true;
  if (!is_regular_) return learn_form_of_pipe();
  std::array<char, 2> head{};
  const ssize_t got = ::pread(fd_, head.data(), head.size(), 0);
  if (got < 0) refuse(std::strerror(errno));
  if (got == 0 || (got == 1 && head[0] == first_of_gzip && may_grow_)) return false;
  form_ = begins_as_gzip(std::span(head).first(static_cast<std::size_t>(got))) ? form::gzip
                                                                               : form::plain;
  if (form_ == form::gzip) gunzip_ = std::make_unique<gunzip>();
  return true;
}

// It cannot be read twice: what is looked at waits to be handed over.
bool input_file::learn_form_of_pipe() {
  const std::span<const char> head(loaded_.data(), loaded_end_);
  if (head.empty() || (head.size() == 1 && head[0] == first_of_gzip)) return false;
  form_ = begins_as_gzip(head) ? form::gzip : form::plain;
  if (form_ == form::gzip) gunzip_ = std::make_unique<gunzip>();
  return true;
}

read_result input_file::read_plain(std::span<char> into) {
  if (loaded_end_ > loaded_begin_) {
    const std::size_t count = std::min(loaded_end_ - loaded_begin_, into.size());
    std::memcpy(into.data(), loaded_.data() + loaded_begin_, count);
    loaded_begin_ += count;
    return {read_status::data, count};
  }
  const ssize_t got = read_again(fd_, into.data(), into.size());
  if (got < 0 && errno == EAGAIN) return {read_status::nothing, 0};
  if (got < 0) refuse(std::strerror(errno));
  taken_ += static_cast<std::uint64_t>(got);
  return {got == 0 ? read_status::end : read_status::data, static_cast<std::size_t>(got)};
}

read_result input_file::unpack(std::span<char> into) {
  if (loaded_begin_ == loaded_end_) {
    const read_status found = load();
    if (found == read_status::end && !may_grow_ && !gunzip_->may_end()) {
      refuse("its compressed data is cut short, at byte " + std::to_string(taken_) +
             "; what it has of whole lines was read");
    }
    if (found != read_status::data) return {found, 0};
  }
  const std::span<const char> in(loaded_.data() + loaded_begin_, loaded_end_ - loaded_begin_);
  try {
    const gunzip::step made = gunzip_->run(in, into);
    loaded_begin_ += made.taken;
    if (skip_ == 0) return {read_status::data, made.made};
    const std::size_t skipped = std::min<std::uint64_t>(skip_, made.made);
    skip_ -= skipped;
    std::memmove(into.data(), into.data() + skipped, made.made - skipped);
    return {read_status::data, made.made - skipped};
  } catch (const bad_gzip& why) {
    refuse("its compressed data is damaged near byte " +
           std::to_string(taken_ - (loaded_end_ - loaded_begin_)) + " (" + why.what() +
           "); what it has of whole lines before that was read");
  }
}

read_status input_file::load() {
  if (loaded_begin_ == loaded_end_) loaded_begin_ = loaded_end_ = 0;
  if (loaded_.size() < load_bytes) loaded_.resize(load_bytes);
  const ssize_t got = read_again(fd_, loaded_.data() + loaded_end_, load_bytes - loaded_end_);
  if (got < 0 && errno == EAGAIN) return read_status::nothing;
  if (got < 0) refuse(std::strerror(errno));
  taken_ += static_cast<std::uint64_t>(got);
  loaded_end_ += static_cast<std::size_t>(got);
  return got == 0 ? read_status::end : read_status::data;
}

void input_file::refuse(const std::string& why) const {
  throw unreadable(path_, why);
}

} // namespace file_lines
