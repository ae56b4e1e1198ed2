#include "runtime/wire/frame_reader.hpp"

#include <algorithm>
#include <cstring>

namespace tempest::wire {
namespace {

constexpr std::size_t alignment = 8;
constexpr std::size_t first_place = alignment - length_bytes; // its body is aligned
constexpr std::size_t least_read = 4096; // a chunk with less room is left: system calls cost more

} // namespace

// Of the first frame that is not handed out, as far as it is known.
std::size_t frame_reader::frame_bytes() const {
  if (unread() < length_bytes) return length_bytes;
  const std::span<const char, length_bytes> prefix(chunk_.get()->bytes() + begin_, length_bytes);
  return length_bytes + body_length(prefix, max_body_bytes_);
}

std::span<char> frame_reader::room() {
  const std::size_t wanted = frame_bytes();
  make_place(wanted);
  const std::size_t left = chunk_.get()->capacity - end_;
  // What follows a large frame does not share its chunk: that may live long.
  const bool large = first_place + wanted > base::chunk_pool::standard_bytes;
  return {chunk_.get()->bytes() + end_, large ? wanted - unread() : left};
}

// Moves what is unread to where a frame of `bytes` has place, when it has none here.
void frame_reader::make_place(std::size_t bytes) {
  const bool alone = chunk_.get() != nullptr && unread() == 0 &&
                     chunk_.get()->refs.load(std::memory_order_acquire) == 1;
  if (alone && chunk_.get()->capacity == base::chunk_pool::standard_bytes) {
    begin_ = end_ = first_place; // nobody has anything in it
    return;
  }
  const std::size_t place = chunk_.get() == nullptr ? 0 : chunk_.get()->capacity - begin_;
  if (std::max(bytes, least_read) <= place) return;
  base::chunk_ref larger = pool_.get(first_place + bytes);
  if (unread() > 0) {
    std::memcpy(larger.get()->bytes() + first_place, chunk_.get()->bytes() + begin_, unread());
  }
  end_ = first_place + unread();
  begin_ = first_place;
  chunk_ = std::move(larger);
}

std::optional<frame_reader::frame> frame_reader::next() {
  const std::size_t bytes = frame_bytes();
  if (unread() < bytes) return std::nullopt;
  frame read{{chunk_.get()->bytes() + begin_ + length_bytes, bytes - length_bytes}, chunk_.get()};
  begin_ += bytes;
  if (reinterpret_cast<std::uintptr_t>(read.body.data()) % alignment != 0) {
    char* const place = moved_.reserve(read.body.size());
    std::memcpy(place, read.body.data(), read.body.size());
    read = {{place, read.body.size()}, moved_.current()};
  }
  return read;
}

} // namespace tempest::wire
