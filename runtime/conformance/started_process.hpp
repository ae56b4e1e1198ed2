// A process of the kit: the plugin's, or a command of the user's.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tempest::conformance {

// Files that it reads and writes, by name; an empty one is /dev/null. Output is added to.
struct process_files {
  std::string input;
  std::string output;
  std::string errors;
  int channel = -1; // becomes channel_descriptor; -1: none
};

// What becomes of what it started and left, when it ends by itself.
enum class leaving : std::uint8_t { lives_on, ends_too };

// In a process group of its own. Killed, with its group, when it is still there at the end.
class started_process {
 public:
  // Throws base::failure(unavailable) when it cannot be started.
  started_process(const std::vector<std::string>& words, const process_files& files,
                  leaving left = leaving::lives_on);
  ~started_process();
  started_process(const started_process&) = delete;
  started_process& operator=(const started_process&) = delete;

  // Its status as of base::has_ended, once it has; nothing when it has not by then.
  [[nodiscard]] std::optional<int> ended_by(std::int64_t deadline_ns);
  // Nothing once it was seen to have ended.
  void signal(int number) const;

 private:
  leaving left_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// "exit code 3", "Segmentation fault".
[[nodiscard]] std::string end_words(int status);

// How much one may print into a file.
inline constexpr std::size_t output_limit = std::size_t{64} << 20;
[[nodiscard]] bool is_beyond_limit(const std::string& file);

// The end of what it printed into that file, on one line; empty when it said nothing. Reads no more
// than that of it.
[[nodiscard]] std::string last_words(const std::string& file);

} // namespace tempest::conformance
