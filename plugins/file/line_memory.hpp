// What a source remembers of its files from one run to the next: which lines are not done with.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "plugins/file/file_queue.hpp"
#include "plugins/file/open_lines.hpp"
#include "plugins/file/state_text.hpp"

namespace file_lines {

// Times are seconds since 1970. One thread.
class line_memory {
 public:
  // How long a file is remembered that is nowhere to be found.
  static constexpr std::int64_t kept_s = std::int64_t{7} * 24 * 3600;

  // `known`: what the last run left.
  line_memory(remembered_state known, reader_host& host);

  // Where files are now that one of the paths led to, and no longer does; says which are gone.
  [[nodiscard]] std::vector<std::string> moved(const std::vector<std::string>& asked_for,
                                               std::int64_t now_s);
  // The file is opened for the first time in this run: says what of it is to be read, and what the
  // ids of its messages begin with. A crash before the file is written down changes neither, once
  // the seed is.
  void begins(source_file& file);
  // Whether text() has a seed that seed_was_written() was not called for.
  [[nodiscard]] bool has_new_seed() const { return is_seed_new_; }
  void seed_was_written() { is_seed_new_ = false; }
  // What was handed over.
  [[nodiscard]] open_lines& lines() { return lines_; }
  // All that is to be remembered now. Lets go of files that are done with.
  [[nodiscard]] std::string text(file_queue& queue, std::int64_t now_s);

 private:
  struct file_in_use {
    std::uint64_t number = 0;
    std::string mark;
    std::string path; // the first by which it was found
  };

  [[nodiscard]] bool is_same(const remembered_file& known, source_file& file);
  void draw_seed();
  [[nodiscard]] std::string new_mark(const file_id& id);
  void drop_lost(file_queue& queue);
  [[nodiscard]] bool drop_forgotten(std::int64_t now_s);

  reader_host& host_;
  std::uint64_t seed_;
  bool is_seed_new_ = false;
  std::set<std::string> marks_;          // that must not be given again
  std::vector<remembered_file> waiting_; // not opened yet in this run
  std::vector<file_in_use> in_use_;
  open_lines lines_;
};

// What tells a file from others that had its path before, or will have it later.
[[nodiscard]] std::string random_mark();

} // namespace file_lines
