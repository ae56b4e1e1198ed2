// Which files the paths lead to now.
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "plugins/file/followed_files.hpp"
#include "plugins/file/open_limit.hpp"
#include "plugins/file/path_pattern.hpp"

namespace file_lines {
namespace {

std::optional<file_id> where_leads(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return file_id{found.st_dev, found.st_ino};
}

} // namespace

void followed_files::look(steady::time_point now) {
  told_ = false;
  last_look_ = now;
  if (now >= next_paths_) look_at_paths(now);
  for (source_file& one : files_) look_at(one, now);
  next_look_ = std::min(now + times_.look_every, next_paths_);
}

void followed_files::look_at_paths(steady::time_point now) {
  last_paths_ = now;
  next_paths_ = now + times_.look_every;
  std::vector<found_file> found;
  try {
    found = find_files();
  } catch (const too_many_open& why) {
    return say_no_room(std::string(why.what()) + "; files that are followed are read on");
  }
  // First what is new: it comes after the file that its path led to, and that may have moved to
  // another path that is looked at.
  std::size_t waiting = 0;
  for (const found_file& one : found) {
    if (find(one.id) != nullptr) continue;
    const auto before = std::find_if(files_.begin(), files_.end(), [&](const source_file& file) {
      return file.path == one.path && !file.is_lost;
    });
    const std::uint64_t after = before == files_.end() ? last_first_ : before->number;
    if (waiting > 0 || !add(one.path, after, now)) ++waiting; // no room for one is none for others
  }
  if (waiting > 0) {
    say_no_room(std::to_string(waiting) + " of " + std::to_string(found.size()) +
                " files are not read for now: " + open_limit_words() +
                "; they are read once others were removed");
  }
  is_full_ = waiting > 0;
  std::set<std::uint64_t> seen;
  for (const found_file& one : found) {
    if (source_file* const file = find(one.id)) {
      file->path = one.path;
      seen.insert(file->number);
    }
  }
  for (source_file& file : files_) {
    const bool is_away = seen.count(file.number) == 0;
    if (is_away && !file.is_away) file.grew = now;
    if (!is_away && file.is_away) take_back(file);
    file.is_away = is_away;
  }
}

std::vector<followed_files::found_file> followed_files::find_files() {
  std::vector<found_file> found;
  for (const std::string& one : asked_for_) {
    if (watch_.fd() >= 0) watch_.add_folder(folder_of(one)); // it may be a new one of that name
    std::vector<std::string> paths{one};
    if (is_pattern(one)) paths = files_matching(one);
    if (paths.empty()) complain(one, "no file matches '" + one + "': it is waited for");
    for (const std::string& path : paths) {
      if (const std::optional<file_id> id = where_leads(path)) {
        found.push_back({path, *id});
      } else {
        complain(path, "there is no file '" + path + "': it is waited for");
      }
    }
  }
  return found;
}

source_file* followed_files::find(const file_id& id) {
  const auto at = std::find_if(files_.begin(), files_.end(), [&](const source_file& file) {
    return file.id == id && !file.is_lost;
  });
  return at == files_.end() ? nullptr : &*at;
}

// It was moved away, and comes back.
void followed_files::take_back(source_file& file) {
  file.is_final = false;
  if (file.todo.empty() && !file.is_broken) file.todo.push_back(file.rest);
}

// What cannot be read for any other reason is said, and passed over.
bool followed_files::add(const std::string& path, std::uint64_t after, steady::time_point now) {
  source_file& added = files_.emplace_back(rules_);
  try {
    added.input.open(path, true);
    if (!added.input.is_regular()) throw unreadable(path, "only a file can be followed");
    if (takes_from_others(added.input.fd())) throw too_many_open(path);
  } catch (const too_many_open&) {
    files_.pop_back();
    return false;
  } catch (const unreadable& why) {
    files_.pop_back();
    complain(path, why.what());
    return true;
  }
  complained_.erase(path);
  added.number = ++last_number_;
  added.path = added.name = path;
  added.id = added.input.id();
  added.size = added.input.size();
  added.print = print_of(added.input.fd());
  added.after = after;
  added.grew = now;
  added.todo.emplace_back();
  if (watch_.fd() >= 0) added.watch = watch_.add_file(added.input.fd());
  host_.begins(added);
  return true;
}

void followed_files::say_no_room(const std::string& text) {
  if (!std::exchange(is_full_, true)) host_.error(text);
}

void followed_files::complain(const std::string& path, const std::string& text) {
  if (complained_.insert(path).second) host_.info(text);
}

} // namespace file_lines
