// Whose turn it is: what a line_reader asks for its next file.
#pragma once

#include <cstdint>
#include <string>

#include "plugins/file/source_file.hpp"
#include "plugins/file/wakeup.hpp"

namespace file_lines {

// What a queue tells whoever reads. All on the reader's thread.
class reader_host {
 public:
  virtual ~reader_host() = default;
  virtual void info(const std::string& text) = 0;
  virtual void error(const std::string& text) = 0;
  // The file is opened for the first time, and `id` and `print` are known. May say, in `todo`,
  // what is to be read of it, which is all of it, and change its name.
  virtual void begins(source_file& file) = 0;
};

class file_queue {
 public:
  explicit file_queue(reader_host& host) : host_(host) {}
  virtual ~file_queue() = default;
  file_queue(const file_queue&) = delete;
  file_queue& operator=(const file_queue&) = delete;

  // The file to read on, opened, or nullptr: nothing comes until the deadline, or the wait was
  // interrupted, or all is read. Throws `unreadable`.
  virtual source_file* next(steady::time_point deadline, wakeup& wake) = 0;
  [[nodiscard]] virtual bool is_ended() const = 0;
  // All that the file has was read.
  virtual void at_end(source_file& file) = 0;
  // The file cannot be read on. May throw, for it to be tried again.
  virtual void failed(source_file& file, const unreadable& why) = 0;
  // The file with this number; nullptr when it was forgotten.
  [[nodiscard]] virtual source_file* find(std::uint64_t number) = 0;
  // It was given something to read again.
  virtual void has_more(source_file& file) = 0;
  // Lets go of a file of which nothing is left to be read.
  virtual void forget(std::uint64_t number) = 0;

  // Says how many lines that had to be read again are not there any more, and why; of none nothing.
  void tell_lost(const source_file& file, std::uint64_t lines, const std::string& why) {
    if (lines == 0) return;
    host_.error("the file '" + file.path + "' " + why + ": " + std::to_string(lines) +
                " lines of it that had to be read again are lost");
  }

 protected:
  reader_host& host_;
};

} // namespace file_lines
