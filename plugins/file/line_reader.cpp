#include "plugins/file/line_reader.hpp"

namespace file_lines {
namespace {

constexpr std::size_t read_bytes = std::size_t{256} << 10;

} // namespace

bool line_reader::peek(line& made) {
  if (file_ == nullptr || !file_->is_begun) return false;
  // A last line without an end ends a stretch as it ends a file.
  return file_->lines.peek(made, file_->is_all, file_->todo.front().end);
}

fill_result line_reader::fill(steady::time_point deadline) {
  if (file_ != nullptr && is_over(*file_)) end_stretch(*file_);
  file_ = nullptr; // in case that the next one cannot be opened
  source_file* const file = queue_->next(deadline, wake_);
  if (file == nullptr) return queue_->is_ended() ? fill_result::end : fill_result::nothing;
  try {
    file_ = file;
    if (!file->is_begun && begin(*file)) return fill_result::data;
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

void line_reader::end_stretch(source_file& file) {
  const std::uint64_t end = file.todo.front().end;
  if (end == stretch::without_end) {
    file.rest = file.unread().front();
  } else if (file.lines.next_offset() < end) {
    queue_->tell_lost(file, file.unread().front().lines, "has become shorter");
  }
  file.todo.erase(file.todo.begin());
  file.is_begun = file.is_all = false;
}

// Whether more of it is in memory already.
bool line_reader::begin(source_file& file) {
  const stretch& first = file.todo.front();
  file.is_all = false;
  if (file.input.position() == file.lines.read_offset() &&
      file.lines.skip_to(first.begin, first.line)) {
    file.is_begun = true;
    return file.lines.is_within_line();
  }
  file.input.begin_at(first.begin);
  file.lines.begin_at(first.begin, first.line);
  file.is_begun = true;
  return false;
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
  add_stretch(file->todo, lines);
  queue_->has_more(*file);
  return true;
}

} // namespace file_lines
