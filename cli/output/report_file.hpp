// Where `--report` goes.
#pragma once

#include <string>

namespace tempest::cli {

// Opened before the run, so that a place that cannot be written is known before any message is
// read.
class report_file {
 public:
  // Empty: no report; "-": standard output. Throws base::failure(io).
  explicit report_file(const std::string& path);
  ~report_file();
  report_file(const report_file&) = delete;
  report_file& operator=(const report_file&) = delete;

  [[nodiscard]] bool is_stdout() const { return path_ == "-"; }
  // One line. Throws base::failure(io).
  void write(const std::string& json);

 private:
  std::string path_;
  int descriptor_ = -1;
};

} // namespace tempest::cli
