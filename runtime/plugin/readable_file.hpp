// A regular file, open for reading at given places; nothing outside it is ever read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tempest::plugin {

class readable_file {
 public:
  // Never blocks, whatever the path names (a FIFO, a device).
  explicit readable_file(const std::string& path);
  ~readable_file();
  readable_file(const readable_file&) = delete;
  readable_file& operator=(const readable_file&) = delete;

  // Why it cannot be read, for people; empty when it can.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t bytes) const {
    return offset <= size_ && bytes <= size_ - offset;
  }
  // Exactly `bytes`, or false.
  [[nodiscard]] bool read(std::uint64_t offset, void* into, std::size_t bytes) const;

 private:
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::string fault_;
};

} // namespace tempest::plugin
