// Sink `stdout`: one line a message on standard output.
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

  void connect() {}

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
        throw std::runtime_error(std::string("cannot write to standard output: ") +
                                 std::strerror(errno));
      }
      done += static_cast<std::size_t>(step);
    }
    text_.clear();
  }

 private:
  std::string prefix_;
  std::string text_;
};

} // namespace

TEMPEST_SINK(stdout_sink, "stdout", "Writes one line a message to standard output.",
             tempest::option<std::string>("prefix", "What stands before each line.").by_default(""))
