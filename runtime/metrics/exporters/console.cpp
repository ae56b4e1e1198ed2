#include "runtime/metrics/exporters/console.hpp"

#include <poll.h>
#include <prometheus/metric_family.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/metrics/exporters/change_lines.hpp"
#include "runtime/metrics/exporters/wait_for.hpp"

namespace tempest::metrics {
namespace {

class console_exporter final : public exporter {
 public:
  console_exporter(std::string prefix, int descriptor)
      : descriptor_(descriptor), lines_(std::move(prefix)) {}

  [[nodiscard]] std::string where() const override { return "standard output"; }

  // What is not written of a line goes first the next time; lines after it are still to be shown.
  void flush(const families& now, std::int64_t /*time_ms*/, const patience& within) override {
    write_rest(within);
    for (const change_lines::line& one : lines_.changed(now)) {
      rest_ = one.text + '\n';
      lines_.shown(one);
      write_rest(within);
    }
  }

 private:
  void write_rest(const patience& within) {
    while (!rest_.empty()) {
      if (!wait_for(descriptor_, POLLOUT, within)) refuse("nobody reads it");
      // What is no longer than this never blocks a pipe that has room.
      const std::string_view next = std::string_view(rest_).substr(0, PIPE_BUF);
      const ssize_t written = ::write(descriptor_, next.data(), next.size());
      if (written >= 0) {
        rest_.erase(0, static_cast<std::size_t>(written));
      } else if (errno != EINTR && errno != EAGAIN) {
        refuse(std::generic_category().message(errno));
      }
    }
  }

  const int descriptor_;
  change_lines lines_;
  std::string rest_; // of a line that was begun
};

} // namespace

std::unique_ptr<exporter> make_console_exporter(std::string prefix, int descriptor) {
  return std::make_unique<console_exporter>(std::move(prefix), descriptor);
}

} // namespace tempest::metrics
