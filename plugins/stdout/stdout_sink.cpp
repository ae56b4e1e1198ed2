// Sink `stdout`: one line a message on standard output.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <tempest/sink.hpp>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace {

class stdout_sink {
 public:
  explicit stdout_sink(tempest::sink_context& context)
      : prefix_(context.get<std::string>("prefix")) {}

  // So that messages wait for a standard output that cannot be written, instead of failing on it.
  void connect() {
    failure_ = trouble();
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }

  void write(const tempest::messages& batch, std::span<tempest::written> results) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      text_.append(prefix_).append(batch[i].text()) += '\n';
      results[i] = tempest::written::ok;
    }
  }

  void flush() {
    std::size_t done = 0;
    while (done < text_.size()) {
      const ssize_t step = ::write(STDOUT_FILENO, text_.data() + done, text_.size() - done);
      if (step < 0 && errno == EINTR) continue;
      if (step < 0) {
        text_.clear();
        failure_ = cannot_write(std::strerror(errno));
        throw std::runtime_error(failure_);
      }
      done += static_cast<std::size_t>(step);
    }
    text_.clear();
  }

  void close() { flush(); }

  bool healthy(std::string& reason) const {
    reason = failure_;
    return failure_.empty();
  }

 private:
  static std::string cannot_write(const std::string& why) {
    return "cannot write to standard output: " + why;
  }

  // What is known before anything is written; empty: nothing.
  static std::string trouble() {
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    if (::poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP)) != 0) {
      return cannot_write("nobody reads it any more");
    }
    const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
    const bool writable = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
    return writable ? std::string{} : cannot_write("it is closed");
  }

  std::string prefix_;
  std::string text_;
  std::string failure_; // of the last try; connect() ends it
};

} // namespace

TEMPEST_SINK(stdout_sink, "stdout", "Writes one line a message to standard output.",
             tempest::option<std::string>("prefix", "What stands before each line.").by_default(""))
