// A task that does nothing: what is left is the cost of the way there and back.
#include <tempest/task.hpp>

namespace {

struct noop {
  void handle(const tempest::message&, tempest::outbox&) {}
};

} // namespace

TEMPEST_TASK(noop, "noop", "Does nothing.")
