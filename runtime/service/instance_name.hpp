// What a process is called wherever it is one of several: in front of those who collect metrics. It
// is the same after a restart, so that its figures go on where they ended.
#pragma once

#include <filesystem>
#include <string>

namespace tempest::service {

// HOST-N, with the lowest N that no other process of the topology on this host has: a locked file
// in `folder`, which the system frees when the process ends.
class instance_name {
 public:
  // Throws base::failure(io) when the file cannot be made.
  instance_name(const std::filesystem::path& folder, const std::string& topology);
  ~instance_name();
  instance_name(const instance_name&) = delete;
  instance_name& operator=(const instance_name&) = delete;

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  int fd_ = -1;
};

// HOST:PID, of a process that has no such file.
[[nodiscard]] std::string passing_name();

} // namespace tempest::service
