// Files that are read one after the other, each to its end.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "plugins/file/file_queue.hpp"

namespace file_lines {

// The paths with patterns replaced by the files that match, each of these once. Throws `unreadable`
// for the first one that cannot be read, or matches nothing.
[[nodiscard]] std::vector<std::string> existing_files(const std::vector<std::string>& asked_for);

class listed_files : public file_queue {
 public:
  // `first`: moved files that are read before all others. `keep`: files can be read again after
  // their end, until they are forgotten; each is read once, by whatever names, and pipes cannot be.
  // Throws `unreadable`.
  listed_files(const std::vector<std::string>& paths, const std::vector<std::string>& first,
               line_rules rules, bool keep, reader_host& host);

  source_file* next(steady::time_point deadline, wakeup& wake) override;
  [[nodiscard]] bool is_ended() const override;
  void at_end(source_file& file) override { file.is_all = true; }
  void failed(source_file& file, const unreadable& why) override;
  [[nodiscard]] source_file* find(std::uint64_t number) override;
  void has_more(source_file& file) override;
  void forget(std::uint64_t number) override;

 private:
  void add(const std::string& path, bool is_moved);
  void open(source_file& file);
  void open_again(source_file& file);

  line_rules rules_;
  bool keep_;
  std::deque<source_file> files_;
  std::size_t first_ = 0; // nothing is left to be read of those before
};

} // namespace file_lines
