// A process of one of our helper programs: started, listened to, ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tempest::base {

// One run of `program` with `arguments`, no input and no open file of ours. Starting it works
// beside a thread that hangs anywhere. Killed, by its id, when it is still there at the end.
class helper_process {
 public:
  // Of what it writes, the last `most_text` bytes are kept, each of answer and output.
  helper_process(const std::string& program, const std::vector<std::string>& arguments,
                 std::size_t most_text = 4096);
  ~helper_process();
  helper_process(const helper_process&) = delete;
  helper_process& operator=(const helper_process&) = delete;

  // Why it did not start; empty when it did.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  // Listens until it ends, at once when it did not start; false when the time is up, then it was
  // killed. Also returns in time when it has closed its outputs, or left children that hold them.
  [[nodiscard]] bool wait_until(std::int64_t deadline_ns);

  // After wait_until: as of has_ended; what it wrote to descriptor 3; the end of what it printed.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& answer() const { return answer_; }
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  [[nodiscard]] bool ended(int options);
  void listen(int wait_ms);
  void read_from(int& from, std::string& into) const;

  const std::size_t most_text_;
  pid_t pid_ = -1;
  int answer_end_ = -1;
  int output_end_ = -1;
  int status_ = 0;
  std::string fault_;
  std::string answer_;
  std::string output_;
};

} // namespace tempest::base
