// Fails at each message, and says why.
#include <tempest/task.hpp>

#include <stdexcept>

namespace {
struct clumsy {
  void handle(const tempest::message& in, tempest::outbox&) {
    throw std::runtime_error("dropped " + std::string(in.text()));
  }
};
} // namespace

TEMPEST_TASK(clumsy, "throws_in_handle", "Fails at each message.")
