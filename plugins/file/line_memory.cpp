#include "plugins/file/line_memory.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <random>

#include "plugins/file/byte_hash.hpp"
#include "plugins/file/file_search.hpp"
#include "plugins/file/path_pattern.hpp"

namespace file_lines {
namespace {

constexpr std::int64_t hour_s = 3600;

bool is_asked_for(const std::string& path, const std::vector<std::string>& asked_for) {
  return std::any_of(asked_for.begin(), asked_for.end(), [&](const std::string& one) {
    return one == path || ::fnmatch(one.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
  });
}

std::string count_of(const std::vector<stretch>& open) {
  return std::to_string(lines_in(open)) + " lines of it that were not done with";
}

std::string mark_of(std::uint64_t number) {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(number));
  return digits.data();
}

} // namespace

std::string random_mark() {
  return mark_of(std::random_device{}());
}

line_memory::line_memory(remembered_state known, reader_host& host)
    : host_(host), seed_(known.seed), waiting_(std::move(known.files)) {
  for (const remembered_file& one : waiting_) marks_.insert(one.mark);
  if (seed_ == 0) draw_seed();
}

// Marks of files that are not remembered any more may come again: not from another seed.
void line_memory::draw_seed() {
  std::random_device dice;
  seed_ = std::uint64_t{dice()} << 32 | dice();
  is_seed_new_ = true;
  marks_.clear();
  for (const remembered_file& one : waiting_) marks_.insert(one.mark);
  for (const file_in_use& one : in_use_) marks_.insert(one.mark);
}

// The same of a file whose beginning was not written down when the process was killed, so that its
// messages have the ids that they had. Another file that was given its inode has a mark of its own.
std::string line_memory::new_mark(const file_id& id) {
  for (;;) {
    const std::string of =
        std::to_string(seed_) + " " + std::to_string(id.device) + " " + std::to_string(id.inode);
    std::string made = mark_of(hash_of(of));
    if (marks_.insert(made).second) return made;
    draw_seed();
  }
}

std::vector<std::string> line_memory::moved(const std::vector<std::string>& asked_for,
                                            std::int64_t now_s) {
  std::vector<std::string> found;
  for (remembered_file& one : waiting_) {
    const auto path = where_is(one.path, one.id.inode, one.print);
    if (path) one.seen_s = now_s;
    if (!is_asked_for(one.path, asked_for)) continue;
    if (path && *path != one.path) found.push_back(*path);
    if (!path && lines_in(one.open) > 0) {
      host_.error("the file '" + one.path + "' that was read last is not there any more: " +
                  count_of(one.open) + " are lost, unless it comes back");
    }
  }
  return found;
}

void line_memory::begins(source_file& file) {
  file_in_use added{file.number, {}, file.path};
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const bool has_inode =
        at->id.inode == file.id.inode && (at->id.device == file.id.device || at->path == file.path);
    if (!has_inode) {
      ++at;
      continue;
    }
    if (is_same(*at, file)) {
      added.mark = at->mark;
      added.path = at->path;
      file.todo = at->open;
    } else if (lines_in(at->open) > 0) {
      host_.error("the file '" + at->path + "' was emptied or replaced since it was read last: " +
                  count_of(at->open) + " are lost");
    } else {
      host_.info("the file '" + at->path +
                 "' was emptied or replaced since it was read last: it is read from its beginning");
    }
    at = waiting_.erase(at);
  }
  if (added.mark.empty()) added.mark = new_mark(file.id);
  file.name = added.path + "@" + added.mark;
  in_use_.push_back(std::move(added));
}

// Not one that was emptied or has the inode of one that was removed.
bool line_memory::is_same(const remembered_file& known, source_file& file) {
  const bool goes_on = !known.open.empty() && known.open.back().end == stretch::without_end;
  if (!goes_on || print_of(file.input.fd(), known.print.bytes) != known.print) return false;
  return file.input.is_packed() || known.open.back().begin <= file.input.size();
}

std::string line_memory::text(file_queue& queue, std::int64_t now_s) {
  now_s -= now_s % hour_s; // so that the text is the same while nothing happens
  drop_lost(queue);
  bool is_one_forgotten = drop_forgotten(now_s);
  remembered_state made;
  std::map<std::uint64_t, std::vector<stretch>> open = lines_.by_file();
  std::erase_if(in_use_, [&](const file_in_use& one) {
    source_file* const file = queue.find(one.number);
    if (file == nullptr) return true;
    std::vector<stretch>& left = open[one.number];
    if (file->todo.empty() && left.empty() && (file->is_final || file->is_lost)) {
      queue.forget(one.number);
      is_one_forgotten = true;
      return true;
    }
    if (!file->is_lost) {
      const std::vector<stretch> unread = file->unread();
      left.insert(left.end(), unread.begin(), unread.end());
    }
    join_stretches(left);
    made.files.push_back({file->id, file->print, one.mark, now_s, one.path, std::move(left)});
    return false;
  });
  if (is_one_forgotten) draw_seed();
  made.seed = seed_;
  made.files.insert(made.files.end(), waiting_.begin(), waiting_.end());
  return state_text(made);
}

// What failed for good in a file that was emptied cannot be read again.
void line_memory::drop_lost(file_queue& queue) {
  for (const file_in_use& one : in_use_) {
    const source_file* const file = queue.find(one.number);
    if (file == nullptr || !file->is_lost) continue;
    queue.tell_lost(*file, lines_in(lines_.drop_kept(one.number)), "was emptied or removed");
  }
}

// Whether there was one.
bool line_memory::drop_forgotten(std::int64_t now_s) {
  return std::erase_if(waiting_, [&](const remembered_file& one) {
           if (now_s - one.seen_s < kept_s) return false;
           if (lines_in(one.open) > 0) {
             host_.error("the file '" + one.path + "' did not come back: it is forgotten, and " +
                         count_of(one.open) + " are lost");
           }
           return true;
         }) > 0;
}

} // namespace file_lines
