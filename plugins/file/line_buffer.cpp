#include "plugins/file/line_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace file_lines {

void line_buffer::begin_at(std::uint64_t offset, std::uint64_t number) {
  begin_ = scanned_ = end_ = popped_ = 0;
  offset_ = offset;
  number_ = number - 1;
  dropped_ = 0;
}

bool line_buffer::skip_to(std::uint64_t offset, std::uint64_t number) {
  if (offset < offset_ || offset > read_offset()) return false;
  if (offset > offset_ && dropped_ > 0) return false;
  begin_ += offset - offset_;
  scanned_ = std::max(scanned_, begin_);
  offset_ = offset;
  number_ = number - 1;
  return true;
}

bool line_buffer::peek(line& made, bool is_all, std::uint64_t limit) {
  const char* const data = bytes_.data();
  std::size_t end = end_;
  if (limit <= read_offset()) {
    end -= static_cast<std::size_t>(std::min<std::uint64_t>(read_offset() - limit, end_ - begin_));
    is_all = true;
  }
  std::size_t length = 0;
  if (const void* const at =
          end > scanned_ ? std::memchr(data + scanned_, '\n', end - scanned_) : nullptr) {
    const auto line_end = static_cast<std::size_t>(static_cast<const char*>(at) - data);
    scanned_ = line_end; // found again until pop()
    length = line_end - begin_;
    popped_ = line_end + 1;
  } else {
    scanned_ = std::max(scanned_, end);
    if (!is_all || begin_ == end) return false;
    length = end - begin_; // the last line has no end
    popped_ = end;
  }
  const std::size_t kept = std::min(length, rules_.max_line_bytes);
  made.dropped_bytes = dropped_ + (length - kept);
  made.text = {data + begin_, kept};
  if (!rules_.keep_cr && made.dropped_bytes == 0 && made.text.ends_with('\r')) {
    made.text.remove_suffix(1);
  }
  made.number = number_ + 1;
  made.begin = offset_;
  made.end = offset_ + dropped_ + (popped_ - begin_);
  return true;
}

void line_buffer::pop() {
  offset_ += dropped_ + (popped_ - begin_);
  begin_ = scanned_ = popped_;
  dropped_ = 0;
  ++number_;
}

std::span<char> line_buffer::room(std::size_t most) {
  if (begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  if (end_ > rules_.max_line_bytes) { // keeps memory bounded whatever comes
    dropped_ += end_ - rules_.max_line_bytes;
    end_ = scanned_ = rules_.max_line_bytes;
  }
  if (bytes_.size() < end_ + most) bytes_.resize(end_ + most);
  return {bytes_.data() + end_, most};
}

void line_buffer::put_aside() {
  std::vector<char> kept(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
                         bytes_.begin() + static_cast<std::ptrdiff_t>(end_));
  bytes_ = std::move(kept);
  end_ -= begin_;
  scanned_ -= begin_;
  begin_ = popped_ = 0;
}

} // namespace file_lines
