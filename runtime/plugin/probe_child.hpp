// The process of the probe helper: started, listened to, ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace tempest::plugin {

// One run of `program library`. Killed, by its id, when it is still there at the end.
class probe_child {
 public:
  probe_child(const std::string& program, const std::string& library);
  ~probe_child();
  probe_child(const probe_child&) = delete;
  probe_child& operator=(const probe_child&) = delete;

  // Why it did not start; empty when it did.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  // Listens until it ends; false when the time is up, then it was killed. Also returns in time when
  // it has closed its outputs, or left children that hold them.
  [[nodiscard]] bool wait_until(std::int64_t deadline_ns);

  // After wait_until: as of waitpid; what it wrote to descriptor 3; the end of what it printed.
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& verdict() const { return verdict_; }
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  [[nodiscard]] bool ended(int options);
  void listen(int wait_ms);
  void read_from(int& from, std::string& into) const;

  pid_t pid_ = -1;
  int verdict_end_ = -1;
  int output_end_ = -1;
  int status_ = 0;
  std::string fault_;
  std::string verdict_;
  std::string output_;
};

} // namespace tempest::plugin
