// Ends a command when this process is gone without a word.
#pragma once

#include <string>
#include <vector>

namespace tempest::conformance {

// Of one command. In its process group, and no child of its shell, waits one more that ends them
// all when this process hangs up, as it does when it is killed. One thread.
class command_guard {
 public:
  command_guard(); // throws base::failure(unavailable)
  ~command_guard();
  command_guard(const command_guard&) = delete;
  command_guard& operator=(const command_guard&) = delete;

  // What is to be started, with `channel` as its channel_descriptor.
  [[nodiscard]] std::vector<std::string> words(const std::string& command) const;
  [[nodiscard]] int channel() const { return theirs_; }
  // It was started: that end is its alone.
  void started();
  // What the command has left running may run on.
  void dismiss() const;

 private:
  int ours_ = -1;
  int theirs_ = -1;
};

} // namespace tempest::conformance
