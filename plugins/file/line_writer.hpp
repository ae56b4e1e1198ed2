// Appends lines to a file, all of a batch or none of it. Knows nothing of Tempest.
#pragma once

#include <string>
#include <string_view>

namespace file_lines {

// One thread. Several writers, in one process or many, may append to one file.
class line_writer {
 public:
  // `sync`: flush() returns only when the disk has it.
  line_writer(std::string path, bool sync);
  ~line_writer();
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  // Makes the folders and the file when they are missing. Throws std::runtime_error.
  void open();
  // Adds to what the next flush writes; give the line its end.
  [[nodiscard]] std::string& pending() { return pending_; }
  // Writes what is pending. Throws std::runtime_error when it cannot: the file is then as long as
  // before, and nothing is pending any more. A file that was moved away is made anew.
  void flush();

 private:
  void close();
  [[nodiscard]] bool append();
  void write_all(std::string_view bytes);

  std::string path_;
  bool sync_;
  int fd_ = -1;
  bool is_regular_ = false;
  std::string pending_;
};

} // namespace file_lines
