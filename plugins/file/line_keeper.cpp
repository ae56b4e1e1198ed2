#include "plugins/file/line_keeper.hpp"

#include <algorithm>
#include <stdexcept>

namespace file_lines {
namespace {

constexpr std::chrono::seconds longest_pause{1};
constexpr int times_as_long = 20; // as a save took: it costs a twentieth of the time at most

remembered_state known_from(const state_file& file) {
  const std::optional<std::string> text = file.read();
  if (!text) return {};
  try {
    return state_in(*text);
  } catch (const bad_state& why) {
    throw std::runtime_error("the state '" + file.path() +
                             "' is damaged or none of this source: " + why.what() +
                             "; put back a copy of it, or move it away to read all files from "
                             "their beginning");
  }
}

} // namespace

line_keeper::line_keeper(const std::string& path, reader_host& host)
    : file_(path), memory_(known_from(file_), host) {}

void line_keeper::save(file_queue& queue) {
  const steady::time_point start = steady::now();
  next_ = start + pause_;
  is_soon_ = false;
  std::string text = memory_.text(queue, seconds_now());
  if (text == written_) return;
  file_.write(text);
  written_ = std::move(text);
  memory_.seed_was_written();
  const steady::time_point end = steady::now();
  affordable_ = end + (end - start) * times_as_long;
  const bool is_early = pause_ < longest_pause; // a few may cost more
  next_ = is_early ? start + pause_ : std::max(start + pause_, affordable_);
  pause_ = std::min<steady::duration>(pause_ * 2, longest_pause);
}

} // namespace file_lines
