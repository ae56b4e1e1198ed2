#include "cli/output/report_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/output/print.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw base::failure(base::exit_code::io,
                      fmt::format("cannot write the report to {}: {}", path, std::strerror(errno)));
}

} // namespace

report_file::report_file(const std::string& path) : path_(path) {
  if (path.empty() || is_stdout()) return;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(path);
}

report_file::~report_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void report_file::write(const std::string& json) {
  if (path_.empty()) return;
  if (is_stdout()) return print(json);
  const std::string line = json + "\n";
  if (::ftruncate(descriptor_, 0) != 0 && errno != EINVAL) fail(path_); // EINVAL: a pipe or device
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t wrote = ::write(descriptor_, line.data() + done, line.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) fail(path_);
    done += static_cast<std::size_t>(wrote);
  }
}

} // namespace tempest::cli
