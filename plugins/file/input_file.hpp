// An open file, pipe or standard input, plain or compressed by gzip, as a stream of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "plugins/file/file_identity.hpp"
#include "plugins/file/gunzip.hpp"

namespace file_lines {

// A path is missing, a folder or not readable: says which one and why.
class unreadable : public std::runtime_error {
 public:
  unreadable(const std::string& path, const std::string& why);
};

enum class read_status {
  data,   // perhaps none, but reading on helps
  end,    // all is read; of a file that may grow: for now
  nothing // a pipe is empty
};

struct read_result {
  read_status status = read_status::data;
  std::size_t made = 0;
};

// One thread.
class input_file {
 public:
  input_file() = default;
  ~input_file() { close(); }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;

  // "-" is standard input. `may_grow`: its end is no end, and being cut short no damage. Throws
  // `unreadable`.
  void open(const std::string& path, bool may_grow);
  void close();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_regular() const { return is_regular_; }
  [[nodiscard]] const file_id& id() const { return id_; }
  // How large it is now, and how much of that was read.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  // Where the next byte belongs that read() yields, of what the file unpacks to.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  // Whether it is packed by gzip; throws `unreadable`.
  [[nodiscard]] bool is_packed() { return learn_form() && form_ == form::gzip; }
  // There will be no more of it: what it has is all.
  void stop_growing() { may_grow_ = false; }

  // What is read next is there, of what the file unpacks to. Only of a regular file.
  void begin_at(std::uint64_t offset);
  // Reads or unpacks some bytes. Does not block. Throws `unreadable` when it cannot, or what is
  // compressed is damaged or cut short; whatever came before that has been returned.
  read_result read(std::span<char> into);

 private:
  enum class form { unknown, plain, gzip };

  [[nodiscard]] bool learn_form();
  [[nodiscard]] bool learn_form_of_pipe();
  read_result read_on(std::span<char> into);
  read_result read_plain(std::span<char> into);
  read_result unpack(std::span<char> into);
  [[nodiscard]] read_status load();
  [[noreturn]] void refuse(const std::string& why) const;

  std::string path_;
  int fd_ = -1;
  bool may_grow_ = false;
  bool is_regular_ = false;
  form form_ = form::unknown;
  file_id id_;
  std::uint64_t taken_ = 0;
  std::uint64_t position_ = 0;
  std::unique_ptr<gunzip> gunzip_;
  std::vector<char> loaded_; // read and not unpacked yet
  std::size_t loaded_begin_ = 0;
  std::size_t loaded_end_ = 0;
  std::uint64_t skip_ = 0; // of what is unpacked next
};

} // namespace file_lines
