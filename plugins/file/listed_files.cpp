#include "plugins/file/listed_files.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "plugins/file/file_search.hpp"
#include "plugins/file/path_pattern.hpp"

namespace file_lines {
namespace {

void check(const std::string& path) {
  if (path == "-") {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (::poll(&in, 1, 0) > 0 && (in.revents & POLLNVAL) != 0) {
      throw unreadable(path, "standard input is closed");
    }
    return;
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) throw unreadable(path, std::strerror(errno));
  if (S_ISDIR(found.st_mode)) throw unreadable(path, "it is a folder");
  if (::access(path.c_str(), R_OK) != 0) throw unreadable(path, std::strerror(errno));
}

} // namespace

std::vector<std::string> existing_files(const std::vector<std::string>& asked_for) {
  std::vector<std::string> files;
  std::set<std::string> matched;
  for (const std::string& one : asked_for) {
    if (!is_pattern(one)) {
      files.push_back(one);
      matched.insert(one);
      continue;
    }
    const std::vector<std::string> matches = files_matching(one);
    if (matches.empty()) throw unreadable(one, "no file matches this pattern");
    for (const std::string& match : matches) {
      if (matched.insert(match).second) files.push_back(match);
    }
  }
  for (const std::string& path : files) check(path);
  return files;
}

listed_files::listed_files(const std::vector<std::string>& paths,
                           const std::vector<std::string>& first, line_rules rules, bool keep,
                           reader_host& host)
    : file_queue(host), rules_(rules), keep_(keep) {
  for (const std::string& path : first) add(path, true);
  for (const std::string& path : paths) add(path, false);
}

void listed_files::add(const std::string& path, bool is_moved) {
  file_id id;
  if (keep_) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) throw unreadable(path, std::strerror(errno));
    if (!S_ISREG(found.st_mode)) {
      throw unreadable(path, "what was read of a pipe cannot be remembered (state)");
    }
    id = {found.st_dev, found.st_ino};
    const auto at = std::find_if(files_.begin(), files_.end(),
                                 [&](const source_file& one) { return one.id == id; });
    if (at != files_.end()) { // by another name
      at->is_final = at->is_final && is_moved;
      return;
    }
  }
  source_file& added = files_.emplace_back(rules_);
  added.number = files_.size();
  added.path = added.name = path;
  added.id = id;
  added.is_final = is_moved;
  added.todo.emplace_back();
}

source_file* listed_files::next(steady::time_point, wakeup&) {
  for (; first_ < files_.size(); ++first_) {
    source_file& file = files_[first_];
    if (!file.todo.empty() && !file.input.is_open()) open(file);
    if (!file.todo.empty()) return &file;
    file.input.close();
    if (first_ + 1 == files_.size()) continue;
    source_file& following = files_[first_ + 1];
    if (!following.input.is_open()) following.lines.take_memory_of(file.lines);
  }
  return nullptr;
}

bool listed_files::is_ended() const {
  return first_ == files_.size();
}

void listed_files::open(source_file& file) {
  if (file.is_known) return open_again(file);
  file.input.open(file.path, false);
  if (!keep_) return;
  file.id = file.input.id();
  file.print = print_of(file.input.fd());
  file.is_known = true;
  host_.begins(file);
}

// It may have been moved meanwhile.
void listed_files::open_again(source_file& file) {
  if (const auto path = where_is(file.path, file.id.inode, file.print)) {
    file.path = *path;
    return file.input.open(file.path, false);
  }
  tell_lost(file, lines_in(file.unread()), "was emptied or removed while it was in use");
  file.is_lost = true;
  file.todo.clear();
}

// Whatever mends it, a new attempt opens it anew.
void listed_files::failed(source_file& file, const unreadable& why) {
  if (file.input.is_regular()) file.input.close();
  throw unreadable(why);
}

source_file* listed_files::find(std::uint64_t number) {
  if (number == 0 || number > files_.size()) return nullptr;
  return &files_[number - 1];
}

void listed_files::has_more(source_file& file) {
  first_ = std::min<std::size_t>(first_, file.number - 1);
}

void listed_files::forget(std::uint64_t number) {
  files_[number - 1].lines.put_aside();
}

} // namespace file_lines
