// Does not know when to stop.
#include <tempest/task.hpp>

#include <string>

namespace {
struct flood {
  void handle(const tempest::message&, tempest::outbox& out) {
    const std::string megabyte(1 << 20, 'x');
    for (int i = 0; i < 1024; ++i) out.emit(megabyte);
  }
};
} // namespace

TEMPEST_TASK(flood, "emits_a_gigabyte", "Emits a gigabyte for each message.")
