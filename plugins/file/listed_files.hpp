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
  // `keep`: files can be read again after their end, until they are forgotten; pipes cannot. Throws
  // `unreadable`.
  listed_files(const std::vector<std::string>& paths, line_rules rules, bool keep,
               reader_host& host);

  source_file* next(steady::time_point deadline, wakeup& wake) override;
  [[nodiscard]] bool is_ended() const override;
  void at_end(source_file& file) override { file.is_all = true; }
  void failed(source_file& file, const unreadable& why) override;
  [[nodiscard]] source_file* find(std::uint64_t number) override;
  void forget(std::uint64_t number) override;

 private:
  source_file& add(const std::string& path);
  void open(source_file& file);
  void replace(source_file& file);

  line_rules rules_;
  bool keep_;
  reader_host& host_;
  std::deque<source_file> files_;
  std::size_t first_ = 0; // nothing is left to be read of those before
};

} // namespace file_lines
