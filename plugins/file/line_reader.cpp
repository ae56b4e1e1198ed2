#include "plugins/file/line_reader.hpp"

#include <algorithm>

namespace file_lines {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} << 10;

} // namespace

bool line_reader::peek(line& made) {
  if (file_ == nullptr || !file_->is_begun) return false;
  const std::uint64_t end = file_->todo.front().end;
  if (file_->lines.next_offset() >= end) return false;
  // A last line without an end ends a stretch as it ends a file.
  return file_->lines.peek(made, file_->is_all || file_->lines.read_offset() >= end);
}

fill_result line_reader::fill(steady::time_point deadline) {
  if (file_ != nullptr && is_over(*file_)) {
    file_->todo.erase(file_->todo.begin());
    file_->is_begun = file_->is_all = false;
  }
  file_ = nullptr; // in case that the next one cannot be opened
  source_file* const file = queue_->next(deadline, wake_);
  if (file == nullptr) return queue_->is_ended() ? fill_result::end : fill_result::nothing;
  try {
    file_ = file;
    if (!file->is_begun) begin(*file);
    return read(*file, deadline);
  } catch (const unreadable& why) {
    file->pause();
    queue_->failed(*file, why);
    return fill_result::data;
  }
}

bool line_reader::is_over(const source_file& file) {
  if (!file.is_begun) return false;
  return file.is_all || file.lines.next_offset() >= file.todo.front().end;
}

void line_reader::begin(source_file& file) {
  const stretch& first = file.todo.front();
  file.input.begin_at(first.begin);
  file.lines.begin_at(first.begin, first.line);
  file.is_begun = true;
  file.is_all = false;
}

fill_result line_reader::read(source_file& file, steady::time_point deadline) {
  if (file.is_all) return fill_result::data; // it was cut off meanwhile
  if (!file.input.is_regular() && wake_.wait(file.input.fd(), deadline) != wait_end::readable) {
    return fill_result::nothing;
  }
  const read_result result = file.input.read(file.lines.room(read_bytes));
  file.lines.added(result.made);
  if (result.status == read_status::end) queue_->at_end(file);
  return result.status == read_status::nothing ? fill_result::nothing : fill_result::data;
}

bool line_reader::is_within_line() const {
  return file_ != nullptr && file_->is_begun && !file_->is_all;
}

bool line_reader::is_called_off(steady::time_point deadline) {
  return wake_.take() || steady::now() >= deadline;
}

bool line_reader::read_again(std::uint64_t file_number, const stretch& lines) {
  source_file* const file = queue_->find(file_number);
  if (file == nullptr || file->is_lost) return false;
  file->pause();
  file->is_all = false;
  file->is_ready = true;
  const auto at =
      std::upper_bound(file->todo.begin(), file->todo.end(), lines.begin,
                       [](std::uint64_t begin, const stretch& one) { return begin < one.begin; });
  file->todo.insert(at, lines);
  return true;
}

} // namespace file_lines
