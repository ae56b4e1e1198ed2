#include "runtime/metrics/exporters/block_buffer.hpp"

#include <utility>

namespace tempest::metrics {

void block_buffer::add(std::string block) {
  make_room(block.size());
  if (bytes_ + block.size() > max_bytes_) {
    ++dropped_;
    return;
  }
  bytes_ += block.size();
  waiting_.push_back(std::move(block));
}

void block_buffer::make_room(std::size_t bytes) {
  while (!in_doubt_.empty() && bytes_ + bytes > max_bytes_) {
    bytes_ -= in_doubt_.front().size(); // most likely it has arrived
    in_doubt_.pop_front();
  }
  // A line that was begun is ended: the one behind it goes instead.
  const std::size_t oldest = is_in_a_block() ? 1 : 0;
  while (waiting_.size() > oldest && bytes_ + bytes > max_bytes_) {
    bytes_ -= waiting_[oldest].size();
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(oldest));
    ++dropped_;
  }
}

std::string_view block_buffer::next() const {
  if (waiting_.empty()) return {};
  return std::string_view(waiting_.front()).substr(offset_);
}

void block_buffer::written(std::size_t bytes) {
  offset_ += bytes;
  if (offset_ < waiting_.front().size()) return;
  in_doubt_.push_back(std::move(waiting_.front()));
  waiting_.pop_front();
  offset_ = 0;
}

void block_buffer::start_over() {
  offset_ = 0;
  while (!in_doubt_.empty()) {
    waiting_.push_front(std::move(in_doubt_.back()));
    in_doubt_.pop_back();
  }
}

void block_buffer::arrived() {
  for (const std::string& one : in_doubt_) bytes_ -= one.size();
  in_doubt_.clear();
}

} // namespace tempest::metrics
