#include "plugins/file/gunzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace file_lines {
namespace {

constexpr int gzip_alone = 16 + MAX_WBITS;

uInt as_count(std::size_t count) {
  return static_cast<uInt>(std::min<std::size_t>(count, std::numeric_limits<uInt>::max()));
}

std::string words_for(const z_stream& stream, int result) {
  if (result == Z_NEED_DICT) return "it needs a dictionary";
  return stream.msg != nullptr ? stream.msg : ::zError(result);
}

} // namespace

bool begins_as_gzip(std::span<const char> head) {
  return head.size() >= 2 && head[0] == '\x1f' && head[1] == '\x8b';
}

gunzip::gunzip() : stream_(new z_stream{}) {
  if (::inflateInit2(stream_, gzip_alone) == Z_OK) return;
  delete stream_;
  throw std::runtime_error("there is no memory to unpack gzip");
}

gunzip::~gunzip() {
  ::inflateEnd(stream_);
  delete stream_;
}

void gunzip::restart() {
  ::inflateReset(stream_);
  is_within_member_ = has_ended_one_ = false;
  problem_.clear();
}

gunzip::step gunzip::run(std::span<const char> in, std::span<char> out) {
  if (!problem_.empty()) throw bad_gzip(problem_);
  step made;
  if (!is_within_member_ && has_ended_one_) {
    while (made.taken < in.size() && in[made.taken] == '\0') ++made.taken;
  }
  if (made.taken == in.size()) return made;
  is_within_member_ = true;
  const std::span<const char> rest = in.subspan(made.taken);
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data())); // it only reads
  stream_->avail_in = as_count(rest.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data());
  stream_->avail_out = as_count(out.size());
  const int result = ::inflate(stream_, Z_NO_FLUSH);
  made.taken += as_count(rest.size()) - stream_->avail_in;
  made.made = as_count(out.size()) - stream_->avail_out;
  if (result == Z_STREAM_END) {
    ::inflateReset(stream_);
    is_within_member_ = false;
    has_ended_one_ = true;
  } else if (result != Z_OK && result != Z_BUF_ERROR) {
    problem_ = words_for(*stream_, result);
    if (made.made == 0) throw bad_gzip(problem_);
  }
  return made;
}

} // namespace file_lines
