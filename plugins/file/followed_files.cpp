// Whose turn it is, and what becomes of each.
#include "plugins/file/followed_files.hpp"

#include <algorithm>
#include <utility>

#include "plugins/file/file_change.hpp"
#include "plugins/file/open_limit.hpp"
#include "plugins/file/path_pattern.hpp"

namespace file_lines {
namespace {

// A file that grows all the time must not cost a look each time, nor make others wait for ever.
constexpr std::chrono::milliseconds between_looks{10};
constexpr std::chrono::milliseconds between_searches{100}; // of folders for what matches
constexpr std::chrono::milliseconds turn_length{200};

} // namespace

followed_files::followed_files(std::vector<std::string> asked_for,
                               const std::vector<std::string>& first, line_rules rules,
                               follow_rules times, bool keep, reader_host& host)
    : file_queue(host),
      asked_for_(std::move(asked_for)),
      rules_(rules),
      times_(times),
      keep_(keep),
      has_patterns_(std::any_of(asked_for_.begin(), asked_for_.end(), is_pattern)) {
  for (const std::string& path : first) {
    if (!add(path, last_number_, steady::now())) {
      say_no_room("'" + path +
                  "' was moved and is not read before the next start: " + open_limit_words());
    }
  }
  last_first_ = last_number_;
}

source_file* followed_files::next(steady::time_point deadline, wakeup& wake) {
  for (;;) {
    const steady::time_point now = steady::now();
    if (now >= next_look_) look(now);
    drop_finished();
    if (source_file* const file = pick(now)) return file;
    const auto end = wake.wait(told_ ? -1 : watch_.fd(), std::min(deadline, next_look_));
    if (end == wait_end::raised) return nullptr;
    if (end == wait_end::readable) {
      told_ = true;
      if (watch_.drain()) {
        next_paths_ =
            std::min(next_paths_, last_paths_ + (has_patterns_ ? between_searches : between_looks));
      }
      next_look_ = std::min({next_look_, last_look_ + between_looks, next_paths_});
    } else if (steady::now() >= deadline && steady::now() < next_look_) {
      return nullptr;
    }
  }
}

source_file* followed_files::pick(steady::time_point now) {
  if (current_ != nullptr && can_read(*current_) && now < turn_ends_) return current_;
  auto at = files_.begin();
  if (current_ != nullptr) {
    while (&*at != current_) ++at;
    ++at;
  }
  for (std::size_t i = 0; i < files_.size(); ++i, ++at) {
    if (at == files_.end()) at = files_.begin();
    if (!can_read(*at)) continue;
    if (current_ != nullptr && current_ != &*at) current_->lines.put_aside();
    current_ = &*at;
    turn_ends_ = now + turn_length;
    return current_;
  }
  return nullptr;
}

bool followed_files::can_read(source_file& file) {
  if (!file.is_ready || file.todo.empty()) return false;
  if (file.after == 0) return true;
  const source_file* const first = find(file.after);
  if (first != nullptr && first->is_ready && !first->todo.empty()) return false;
  file.after = 0; // what comes late to that one comes late
  return true;
}

void followed_files::at_end(source_file& file) {
  if (file.is_final) {
    file.is_all = true;
  } else {
    file.is_ready = false;
  }
}

void followed_files::failed(source_file& file, const unreadable& why) {
  host_.error(std::string(why.what()) + "; it is left alone until another takes its place");
  file.is_broken = true;
  file.is_ready = false;
}

void followed_files::look_at(source_file& file, steady::time_point now) {
  if (!file.input.is_open() || file.is_lost) return;
  const std::uint64_t size = file.input.size();
  const bool begins_alike =
      size == file.size || print_of(file.input.fd(), file.print.bytes) == file.print;
  if (size > file.size && begins_alike && file.print.bytes < fingerprint::most_bytes) {
    file.print = print_of(file.input.fd());
  }
  file.size = size;
  switch (change_of(file.input.taken(), size, begins_alike)) {
    case file_change::restarted:
      return restart(file, now);
    case file_change::grown:
      file.grew = now;
      file.is_ready = !file.is_broken;
      return;
    case file_change::none:
      if (file.is_away && !file.is_final && now - file.grew >= times_.linger) finish(file);
  }
}

// What was read of it may hold a line without its end: the rest of that has gone.
void followed_files::restart(source_file& file, steady::time_point now) {
  host_.info("the file '" + file.path + "' was emptied: it is read from its beginning");
  file.input.close();
  watch_.remove(std::exchange(file.watch, -1));
  file.is_lost = file.is_away = true;
  const bool has_more = file.is_begun && file.lines.is_within_line();
  std::vector<stretch> lost = file.unread();
  if (has_more) lost.erase(lost.begin()); // end_stretch() tells of that one
  tell_lost(file, lines_in(lost), "was emptied");
  if (has_more) {
    file.todo.resize(1);
    file.is_all = file.is_ready = true;
  } else {
    file.todo.clear();
  }
  (void)add(file.path, file.number, now); // without room the next look finds it
}

void followed_files::finish(source_file& file) {
  file.input.stop_growing();
  file.is_final = true;
  file.is_ready = !file.is_broken;
  if (file.is_broken) {
    tell_lost(file, lines_in(file.unread()), "cannot be read on");
    file.todo.clear();
  }
}

void followed_files::drop_finished() {
  for (auto at = files_.begin(); at != files_.end();) {
    const auto one = at++;
    if (one->todo.empty() && !keep_) drop(one);
  }
}

void followed_files::drop(std::list<source_file>::iterator at) {
  if (current_ == &*at) current_ = nullptr;
  watch_.remove(at->watch);
  files_.erase(at);
}

source_file* followed_files::find(std::uint64_t number) {
  const auto at = std::find_if(files_.begin(), files_.end(),
                               [&](const source_file& one) { return one.number == number; });
  return at == files_.end() ? nullptr : &*at;
}

void followed_files::forget(std::uint64_t number) {
  const auto at = std::find_if(files_.begin(), files_.end(),
                               [&](const source_file& one) { return one.number == number; });
  if (at != files_.end()) drop(at);
}

} // namespace file_lines
